using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Placement;

/// <summary>Placement (api-ref: placement): providers and what is used on them, computed from the servers.</summary>
internal sealed class PlacementService(LabContext lab, TokenVault vault) : ILabService
{
    private const int Max = 39;

    public string Name => "placement";

    public string Prefix => "/placement";

    public IReadOnlyList<string> ApiRoots { get; } = [];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", _ => Answer.Ok(new JsonObject
        {
            ["versions"] = new JsonArray(new JsonObject
            {
                ["id"] = "v1.0", ["max_version"] = $"1.{Max}", ["min_version"] = "1.0", ["status"] = "CURRENT",
                ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = "" }),
            }),
        }));
        On("GET", "/resource_providers", List);
        On("GET", "/resource_providers/{id}", (call, version) => Row(Find(call), version));
        On("GET", "/resource_providers/{id}/inventories", (call, _) => Inventories(Find(call)));
        On("GET", "/resource_providers/{id}/usages", (call, _) => Usages(Find(call)));
        On("GET", "/resource_providers/{id}/traits", (call, version) => Traits(call, version));
        On("PUT", "/resource_providers/{id}/traits", (call, version) => SetTraits(call, version));
        On("GET", "/resource_providers/{id}/aggregates", (call, version) => Aggregates(call, version));
        On("GET", "/resource_providers/{id}/allocations", (call, _) => Allocations(Find(call)));
        On("GET", "/allocations/{id}", (call, version) => AllocationsOf(call, version));
        On("GET", "/traits", (_, version) => From(version, 6, () => new JsonObject
        {
            ["traits"] = JsonText.Strings(lab.World.Hypervisors.SelectMany(hypervisor => hypervisor.Traits).Distinct().Order(StringComparer.Ordinal)),
        }));
        On("GET", "/resource_classes", (_, version) => From(version, 2, () => new JsonObject
        {
            ["resource_classes"] = JsonText.Array(new[] { "VCPU", "MEMORY_MB", "DISK_GB" }.Select(name => (JsonNode)new JsonObject
            {
                ["name"] = name, ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"/placement/resource_classes/{name}" }),
            })),
        }));

        void On(string method, string pattern, Func<LabCall, int, JsonObject> handler) => routes.On(method, pattern, call => Answered(call, handler));
    }

    public IEnumerable<string> TargetsOf(LabCall call)
    {
        foreach (var name in new[] { call.Route("id"), call.Query("name"), call.Query("uuid") }.OfType<string>().Where(name => name.Length > 0))
        {
            yield return name;
            if (lab.World.Hypervisors.Find(known => known.Id.ToString() == name) is { } hypervisor)
                yield return hypervisor.Fqdn;
        }
    }

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown
        ? Error(405, "Method Not Allowed", "The method specified is not allowed for this resource.")
        : Error(404, "Not Found", "The resource could not be found.");

    public Answer Failure(int status, string message) => Error(status, message, message);

    public Answer TokenExpired(LabCall call) => vault.Expire(call);

    private static Answer Error(int status, string title, string detail, string code = "placement.undefined_code") => Answer.Json(status, new JsonObject
    {
        ["errors"] = new JsonArray(new JsonObject
        {
            ["status"] = status,
            ["title"] = title,
            ["detail"] = $"{detail}\n\n   ",
            ["code"] = code,
            ["request_id"] = $"req-{Guid.NewGuid()}",
        }),
    });

    private static Refusal NotFound(string detail) => new(Error(404, "Not Found", detail));

    private static JsonObject From(int version, int first, Func<JsonObject> body) =>
        version >= first ? body() : throw NotFound("The resource could not be found.");

    private Answer Answered(LabCall call, Func<LabCall, int, JsonObject> handler)
    {
        var token = vault.Require(call);
        var version = 0;
        var asked = call.Header("OpenStack-API-Version")?.Split(',')
            .Select(part => part.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(part => part is ["placement", _])?[1];
        if (asked == "latest")
        {
            version = Max;
        }
        else if (asked is not null)
        {
            if (asked.Split('.') is not ["1", var minor] || !int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out version))
                return Error(asked.Contains('.', Ordinal) ? 406 : 400, asked.Contains('.', Ordinal) ? "Not Acceptable" : "Bad Request", $"Unacceptable version header: {asked}");
            if (version > Max)
                return Error(406, "Not Acceptable", $"Unacceptable version header: {asked}");
        }

        Answer answer;
        try
        {
            if (!token.IsAdmin)
                throw new Refusal(Error(403, "Forbidden", $"Access was denied to this resource. placement:{call.Name} does not allow {string.Join(',', token.Roles)}"));
            answer = Answer.Ok(handler(call, version));
        }
        catch (Refusal refusal)
        {
            answer = refusal.Answer;
        }

        return answer.With("OpenStack-API-Version", $"placement 1.{version}").With("Vary", "OpenStack-API-Version").With("x-openstack-request-id", $"req-{Guid.NewGuid()}");
    }

    private IEnumerable<Hypervisor> Live() => lab.World.Hypervisors.Where(hypervisor => !hypervisor.ServiceDeleted);

    private Hypervisor Find(LabCall call) => Live().FirstOrDefault(hypervisor => hypervisor.Id.ToString() == call.Route("id"))
        ?? throw NotFound($"No resource provider with uuid {call.Route("id")} found : No resource provider with uuid {call.Route("id")} found");

    private JsonObject List(LabCall call, int version)
    {
        string[] known = ["name", "uuid", "member_of", "resources", "in_tree", "required"];
        if (call.Http.Request.Query.Keys.FirstOrDefault(key => !known.Contains(key)) is { } odd)
            throw new Refusal(Error(400, "Bad Request", $"Invalid query string parameters: Additional properties are not allowed ('{odd}' was unexpected)"));
        var found = Live()
            .Where(hypervisor => call.Query("name") is not { } name || hypervisor.Fqdn == name)
            .Where(hypervisor => call.Query("uuid") is not { } uuid || hypervisor.Id.ToString() == uuid)
            .Where(hypervisor => call.Query("in_tree") is not { } tree || hypervisor.Id.ToString() == tree)
            .Where(hypervisor => call.Queries("required").SelectMany(list => list.Split(','))
                .All(trait => trait.StartsWith('!') ? !hypervisor.Traits.Contains(trait[1..]) : hypervisor.Traits.Contains(trait)))
            .Where(hypervisor => call.Queries("member_of").All(list => list.Replace("in:", "", Ordinal).Split(',')
                .Any(uuid => lab.World.AggregatesOf(hypervisor).Any(aggregate => aggregate.Uuid.ToString() == uuid))));
        return new JsonObject { ["resource_providers"] = JsonText.Array(found.Select(hypervisor => Row(hypervisor, version))) };
    }

    private static JsonObject Row(Hypervisor hypervisor, int version)
    {
        var self = $"/placement/resource_providers/{hypervisor.Id}";
        var row = new JsonObject { ["uuid"] = hypervisor.Id.ToString(), ["name"] = hypervisor.Fqdn, ["generation"] = hypervisor.ProviderGeneration };
        List<string> links = ["inventories", "usages"];
        if (version >= 1)
            links.Add("aggregates");
        if (version >= 6)
            links.Add("traits");
        if (version >= 11)
            links.Add("allocations");
        row["links"] = JsonText.Array(links.Select(link => new JsonObject { ["rel"] = link, ["href"] = $"{self}/{link}" })
            .Prepend(new JsonObject { ["rel"] = "self", ["href"] = self }));
        if (version >= 14)
        {
            row["parent_provider_uuid"] = null;
            row["root_provider_uuid"] = hypervisor.Id.ToString();
        }

        return row;
    }

    private static JsonObject Inventories(Hypervisor hypervisor)
    {
        var profile = hypervisor.Profile;
        return new JsonObject
        {
            ["inventories"] = new JsonObject
            {
                ["VCPU"] = Inventory(profile.Vcpus, 0, 4.0),
                ["MEMORY_MB"] = Inventory(profile.MemoryMiB, 512, 1.0),
                ["DISK_GB"] = Inventory(profile.LocalDiskGiB, 0, 1.0),
            },
            ["resource_provider_generation"] = hypervisor.ProviderGeneration,
        };

        static JsonObject Inventory(int total, int reserved, double ratio) => new()
        {
            ["total"] = total, ["reserved"] = reserved, ["min_unit"] = 1, ["max_unit"] = total, ["step_size"] = 1, ["allocation_ratio"] = ratio,
        };
    }

    private static JsonObject Resources(IReadOnlyCollection<Server> servers) => new()
    {
        ["VCPU"] = servers.Sum(server => server.Flavor.Vcpus),
        ["MEMORY_MB"] = servers.Sum(server => server.Flavor.RamMiB),
        ["DISK_GB"] = servers.Sum(server => server.Flavor.DiskGiB),
    };

    /// <summary>
    /// While a server moves, it has its allocation on the destination already, and the migration has one on the source;
    /// a cold one keeps that until it is confirmed.
    /// </summary>
    private IEnumerable<(Guid Id, Server Server)> Consumers(Hypervisor hypervisor)
    {
        var open = lab.World.Migrations.Where(migration => migration.IsOpen).GroupBy(migration => migration.Server).ToDictionary(group => group.Key, group => group.Last());
        return lab.World.Servers.Where(server => (open.GetValueOrDefault(server)?.Destination ?? server.Host) == hypervisor).Select(server => (server.Id, server))
            .Concat(open.Values.Where(migration => migration.Source == hypervisor).Select(migration => (migration.Uuid, migration.Server)));
    }

    private JsonObject Usages(Hypervisor hypervisor) => new()
    {
        ["usages"] = Resources([.. Consumers(hypervisor).Select(consumer => consumer.Server)]),
        ["resource_provider_generation"] = hypervisor.ProviderGeneration,
    };

    private JsonObject Traits(LabCall call, int version) => From(version, 6, () => TraitsOf(Find(call)));

    private static JsonObject TraitsOf(Hypervisor hypervisor) => new()
    {
        ["traits"] = JsonText.Strings(hypervisor.Traits.Order(StringComparer.Ordinal)),
        ["resource_provider_generation"] = hypervisor.ProviderGeneration,
    };

    private JsonObject SetTraits(LabCall call, int version) => From(version, 6, () =>
    {
        var hypervisor = Find(call);
        if (call.Json.Part("traits") is not JsonArray traits || call.Json.Text("resource_provider_generation") is not { } generation)
            throw new Refusal(Error(400, "Bad Request", "JSON does not validate: 'traits' and 'resource_provider_generation' are required properties"));
        if (generation != hypervisor.ProviderGeneration.ToString(CultureInfo.InvariantCulture))
            throw new Refusal(Error(409, "Conflict", "Resource provider's generation already changed. Please update the generation and try again.", "placement.concurrent_update"));
        hypervisor.Traits.Clear();
        hypervisor.Traits.AddRange(traits.Select(trait => trait!.ToString()));
        hypervisor.ProviderGeneration++;
        call.Wrote(hypervisor.Fqdn, $"traits {string.Join(' ', hypervisor.Traits)}");
        return TraitsOf(hypervisor);
    });

    private JsonObject Aggregates(LabCall call, int version) => From(version, 1, () =>
    {
        var hypervisor = Find(call);
        var body = new JsonObject { ["aggregates"] = JsonText.Strings(lab.World.AggregatesOf(hypervisor).Select(aggregate => aggregate.Uuid.ToString())) };
        if (version >= 19)
            body["resource_provider_generation"] = hypervisor.ProviderGeneration;
        return body;
    });

    private JsonObject Allocations(Hypervisor hypervisor) => new()
    {
        ["allocations"] = new JsonObject(Consumers(hypervisor).Select(consumer =>
            KeyValuePair.Create(consumer.Id.ToString(), (JsonNode?)new JsonObject { ["resources"] = Resources([consumer.Server]) }))),
        ["resource_provider_generation"] = hypervisor.ProviderGeneration,
    };

    private JsonObject AllocationsOf(LabCall call, int version)
    {
        // An unknown consumer is not an error, it has nothing.
        var found = (from hypervisor in lab.World.Hypervisors
                     from consumer in Consumers(hypervisor)
                     where consumer.Id.ToString() == call.Route("id")
                     select (hypervisor, consumer.Server)).FirstOrDefault();
        if (found is not ({ } provider, { } server))
            return new JsonObject { ["allocations"] = new JsonObject() };
        var body = new JsonObject
        {
            ["allocations"] = new JsonObject
            {
                [provider.Id.ToString()] = new JsonObject { ["generation"] = provider.ProviderGeneration, ["resources"] = Resources([server]) },
            },
        };
        if (version >= 12)
        {
            body["project_id"] = server.Project.Id;
            body["user_id"] = server.UserId;
        }

        if (version >= 28)
            body["consumer_generation"] = 1;
        if (version >= 38)
            body["consumer_type"] = "INSTANCE";
        return body;
    }
}
