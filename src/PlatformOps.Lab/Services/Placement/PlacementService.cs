using System.Text.RegularExpressions;
using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Placement;

/// <summary>Placement (api-ref: placement): providers, and what is used on them, computed from the servers; traits.</summary>
internal sealed partial class PlacementService(LabContext lab, TokenVault vault) : ILabService
{
    private const int Max = 39;

    /// <summary>What the framework below says first of an error.</summary>
    private static readonly Dictionary<int, string> Prefixes = new()
    {
        [400] = "The server could not comply with the request since it is either malformed or otherwise incorrect.",
        [403] = "Access was denied to this resource.",
        [404] = "The resource could not be found.",
        [409] = "There was a conflict when trying to complete your request.",
    };

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
        On("DELETE", "/resource_providers/{id}/traits", (call, version) => From(version, 6, () => Replace(call, Find(call), [])));
        On("GET", "/traits", (_, version) => From(version, 6, () => new JsonObject { ["traits"] = JsonText.Strings(KnownTraits()) }));
        Trait("GET", (_, name) => KnownTraits().Contains(name) ? Answer.Empty(204) : throw NoTrait(name));
        Trait("PUT", MakeTrait);
        Trait("DELETE", DeleteTrait);
        On("GET", "/resource_classes", (_, version) => From(version, 2, () => new JsonObject
        {
            ["resource_classes"] = JsonText.Array(new[] { "VCPU", "MEMORY_MB", "DISK_GB" }.Select(name => (JsonNode)new JsonObject
            {
                ["name"] = name, ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"/placement/resource_classes/{name}" }),
            })),
        }));

        void On(string method, string pattern, Func<LabCall, int, JsonObject?> handler) =>
            routes.On(method, pattern, call => Answered(call, (given, version) => handler(given, version) is { } body ? Answer.Ok(body) : Answer.Empty(204)));

        void Trait(string method, Func<LabCall, string, Answer> handler) =>
            routes.On(method, "/traits/{name}", call => Answered(call, (given, version) => version >= 6 ? handler(given, given.Route("name")) : throw NotFound("")));
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
        : Error(404, "Not Found", "");

    public Answer Failure(int status, string message) => Error(status, message, message);

    public Answer TokenExpired(LabCall call) => vault.Expire(call);

    private static Answer Error(int status, string title, string detail, string code = "placement.undefined_code") => Answer.Json(status, new JsonObject
    {
        ["errors"] = new JsonArray(new JsonObject
        {
            ["status"] = status,
            ["title"] = title,
            ["detail"] = $"{Prefixes.GetValueOrDefault(status) ?? title}\n\n {detail}  ",
            ["code"] = code,
            ["request_id"] = $"req-{Guid.NewGuid()}",
        }),
    });

    private static Refusal NotFound(string detail) => new(Error(404, "Not Found", detail));

    private static JsonObject? From(int version, int first, Func<JsonObject?> body) =>
        version >= first ? body() : throw NotFound("");

    private Answer Answered(LabCall call, Func<LabCall, int, Answer> handler)
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
                throw new Refusal(Error(403, "Forbidden", $"placement:{call.Name} does not allow {string.Join(',', token.Roles)}"));
            answer = handler(call, version);
        }
        catch (Refusal refusal)
        {
            answer = version >= 23 ? refusal.Answer : WithoutCode(refusal.Answer);
        }

        return answer.With("OpenStack-API-Version", $"placement 1.{version}").With("Vary", "OpenStack-API-Version").With("x-openstack-request-id", $"req-{Guid.NewGuid()}");
    }

    /// <summary>Codes came with 1.23.</summary>
    private static Answer WithoutCode(Answer answer)
    {
        var body = JsonNode.Parse(answer.Body)!;
        foreach (var error in body["errors"]!.AsArray())
            error!.AsObject().Remove("code");
        return Answer.Json(answer.Status, body);
    }

    private IEnumerable<Hypervisor> Live() => lab.World.Hypervisors.Where(hypervisor => !hypervisor.ServiceDeleted);

    private Hypervisor Find(LabCall call) => Live().FirstOrDefault(hypervisor => hypervisor.Id.ToString() == call.Route("id"))
        ?? throw NotFound($"No resource provider with uuid {call.Route("id")} found : No resource provider with uuid {call.Route("id")} found");

    private JsonObject List(LabCall call, int version)
    {
        (string Name, int From)[] known = [("name", 0), ("uuid", 0), ("member_of", 3), ("resources", 4), ("in_tree", 14), ("required", 18)];
        if (call.Http.Request.Query.Keys.FirstOrDefault(key => !known.Any(parameter => parameter.Name == key && version >= parameter.From)) is { } odd)
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

    private static JsonObject Resources(IReadOnlyCollection<Consumer> consumers) => new()
    {
        ["VCPU"] = consumers.Sum(consumer => consumer.Flavor.Vcpus),
        ["MEMORY_MB"] = consumers.Sum(consumer => consumer.Flavor.RamMiB),
        ["DISK_GB"] = consumers.Sum(consumer => consumer.Flavor.DiskGiB),
    };

    /// <summary>
    /// While a server moves, it has its allocation on the destination already, and the migration has one on the source;
    /// a cold one keeps that until it is confirmed. What leaked is of nobody who is there.
    /// </summary>
    private IEnumerable<Consumer> Consumers(Hypervisor hypervisor)
    {
        var open = lab.World.Migrations.Where(migration => migration.IsOpen).GroupBy(migration => migration.Server).ToDictionary(group => group.Key, group => group.Last());
        return lab.World.Servers.Where(server => (open.GetValueOrDefault(server)?.Destination ?? server.Host) == hypervisor).Select(server => Of(server.Id, "INSTANCE", server))
            .Concat(open.Values.Where(migration => migration.Source == hypervisor).Select(migration => Of(migration.Uuid, "MIGRATION", migration.Server)))
            .Concat(hypervisor.LeakedAllocations.Select(id => new Consumer(id, "INSTANCE", lab.World.Flavors[0], lab.World.Projects[^1].Id, lab.World.Users[0].Id)));

        static Consumer Of(Guid id, string type, Server server) => new(id, type, server.Flavor, server.Project.Id, server.UserId);
    }

    private JsonObject Usages(Hypervisor hypervisor) => new()
    {
        ["usages"] = Resources([.. Consumers(hypervisor)]),
        ["resource_provider_generation"] = hypervisor.ProviderGeneration,
    };

    private JsonObject? Traits(LabCall call, int version) => From(version, 6, () => TraitsOf(Find(call)));

    private static JsonObject TraitsOf(Hypervisor hypervisor) => new()
    {
        ["traits"] = JsonText.Strings(hypervisor.Traits.Order(StringComparer.Ordinal)),
        ["resource_provider_generation"] = hypervisor.ProviderGeneration,
    };

    private JsonObject? SetTraits(LabCall call, int version) => From(version, 6, () =>
    {
        var hypervisor = Find(call);
        if (call.Json.Part("traits") is not JsonArray traits || call.Json.Text("resource_provider_generation") is not { } generation)
            throw new Refusal(Error(400, "Bad Request", "JSON does not validate: 'traits' and 'resource_provider_generation' are required properties"));
        if (generation != hypervisor.ProviderGeneration.ToString(CultureInfo.InvariantCulture))
            throw new Refusal(Error(409, "Conflict", "Resource provider's generation already changed. Please update the generation and try again.", "placement.concurrent_update"));
        var wanted = traits.Select(trait => trait!.ToString()).Distinct().ToList();
        if (wanted.Except(KnownTraits()).ToList() is { Count: > 0 } unknown)
            throw new Refusal(Error(400, "Bad Request", $"No such trait {string.Join(", ", unknown)}"));
        Replace(call, hypervisor, wanted);
        return TraitsOf(hypervisor);
    });

    private static JsonObject? Replace(LabCall call, Hypervisor hypervisor, IReadOnlyList<string> traits)
    {
        // What changes nothing is no new generation.
        if (traits.ToHashSet().SetEquals(hypervisor.Traits))
            return null;
        hypervisor.Traits.Clear();
        hypervisor.Traits.AddRange(traits);
        hypervisor.ProviderGeneration++;
        call.Wrote(hypervisor.Fqdn, $"traits {string.Join(' ', hypervisor.Traits)}");
        return null;
    }

    private List<string> KnownTraits() =>
        [.. lab.World.Hypervisors.SelectMany(hypervisor => hypervisor.Traits).Concat(lab.World.CustomTraits).Append("COMPUTE_STATUS_DISABLED").Distinct().Order(StringComparer.Ordinal)];

    private static Refusal NoTrait(string name) => NotFound($"No such trait: {name}.");

    private Answer MakeTrait(LabCall call, string name)
    {
        if (!CustomTrait().IsMatch(name))
            throw new Refusal(Error(400, "Bad Request", $"The trait is invalid. A valid trait must be no longer than 255 characters, start with the prefix \"CUSTOM_\" and use following characters: \"A\"-\"Z\", \"0\"-\"9\" and \"_\""));
        if (!lab.World.CustomTraits.Add(name))
            return Answer.Empty(204);
        call.Wrote(name, "made");
        return Answer.Empty(201).With("Location", $"/placement/traits/{name}");
    }

    private Answer DeleteTrait(LabCall call, string name)
    {
        if (!name.StartsWith("CUSTOM_", Ordinal))
            throw new Refusal(Error(400, "Bad Request", $"Cannot delete standard trait {name}."));
        if (lab.World.Hypervisors.Exists(hypervisor => hypervisor.Traits.Contains(name)))
            throw new Refusal(Error(409, "Conflict", $"The trait {name} is in use by a resource provider."));
        if (!lab.World.CustomTraits.Remove(name))
            throw NoTrait(name);
        call.Wrote(name, "deleted");
        return Answer.Empty(204);
    }

    private JsonObject? Aggregates(LabCall call, int version) => From(version, 1, () =>
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
            KeyValuePair.Create(consumer.Id.ToString(), (JsonNode?)new JsonObject { ["resources"] = Resources([consumer]) }))),
        ["resource_provider_generation"] = hypervisor.ProviderGeneration,
    };

    private JsonObject AllocationsOf(LabCall call, int version)
    {
        // An unknown consumer is not an error, it has nothing.
        var found = (from hypervisor in lab.World.Hypervisors
                     from consumer in Consumers(hypervisor)
                     where consumer.Id.ToString() == call.Route("id")
                     select (Provider: hypervisor, Consumer: consumer)).ToList();
        var body = new JsonObject
        {
            ["allocations"] = new JsonObject(found.Select(pair => KeyValuePair.Create(
                pair.Provider.Id.ToString(), (JsonNode?)new JsonObject { ["generation"] = pair.Provider.ProviderGeneration, ["resources"] = Resources([pair.Consumer]) }))),
        };
        if (found.Count == 0)
            return body;
        var holder = found[0].Consumer;
        if (version >= 12)
        {
            body["project_id"] = holder.ProjectId;
            body["user_id"] = holder.UserId;
        }

        if (version >= 28)
            body["consumer_generation"] = 1;
        if (version >= 38)
            body["consumer_type"] = holder.Type;
        return body;
    }

    [GeneratedRegex("^CUSTOM_[A-Z0-9_]{1,248}$")]
    private static partial Regex CustomTrait();

    private sealed record Consumer(Guid Id, string Type, Flavor Flavor, string ProjectId, string UserId);
}
