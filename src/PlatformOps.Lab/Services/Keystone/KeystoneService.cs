using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Keystone;

/// <summary>Keystone v3 (api-ref: identity/v3): tokens, the catalog, and reading of projects, users, roles.</summary>
internal sealed class KeystoneService(LabContext lab, TokenVault vault) : ILabService
{
    private const string Region = "RegionOne";
    private const string ProjectPart = "$(project_id)s";
    private static readonly string[] RoleNames = ["admin", "member", "reader"];

    public string Name => "keystone";

    public string Prefix => "/identity";

    public IReadOnlyList<string> ApiRoots { get; } = ["/v3"];

    private LabWorld World => lab.World;

    private string Root => $"{lab.Address}identity/v3";

    private static JsonObject DefaultDomain => new() { ["id"] = "default", ["name"] = "Default" };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", _ => Answer.Json(300, new JsonObject
        {
            ["versions"] = new JsonObject { ["values"] = new JsonArray(Version()) },
        }).With("Location", Root + "/"));
        routes.On("GET", "/v3", _ => Answer.Ok(new JsonObject { ["version"] = Version() }));
        routes.On("POST", "/v3/auth/tokens", Authenticate);
        routes.On("GET", "/v3/auth/tokens", ShowToken);
        routes.On("HEAD", "/v3/auth/tokens", ShowToken);
        routes.On("DELETE", "/v3/auth/tokens", RevokeToken);
        routes.On("GET", "/v3/auth/catalog", call => vault.Require(call) is var token
            ? Answer.Ok(new JsonObject { ["catalog"] = Catalog(token), ["links"] = new JsonObject { ["self"] = Root + "/auth/catalog" } })
            : throw new InvalidOperationException());
        routes.On("GET", "/v3/auth/projects", call => List(call, "projects", ProjectsOf(vault.Require(call).User).Select(ToJson)));
        Collection(routes, "projects", "project", () => World.Projects.Select(ToJson));
        Collection(routes, "users", "user", () => World.Users.Select(ToJson));
        Collection(routes, "roles", "role", () => RoleNames.Select(Role));
        Collection(routes, "domains", "domain", () => [Domain()]);
        Collection(routes, "regions", "region", () => [new JsonObject { ["id"] = Region, ["description"] = "", ["parent_region_id"] = null }]);
        Collection(routes, "services", "service", () => Endpoints().Select(endpoint => new JsonObject
        {
            ["id"] = Stable("service", endpoint.Type), ["type"] = endpoint.Type, ["name"] = endpoint.Name, ["enabled"] = true, ["description"] = "",
        }));
        Collection(routes, "endpoints", "endpoint", () => Endpoints().SelectMany(endpoint => Interfaces(endpoint).OfType<JsonObject>().Select(found =>
        {
            found["service_id"] = Stable("service", endpoint.Type);
            found["enabled"] = true;
            return (JsonObject)found.DeepClone();
        })));
        routes.On("GET", "/v3/users/{id}/projects", call =>
        {
            RequireAdminOr(call, token => token.User.Id == call.Route("id"), "identity:list_user_projects");
            var user = World.Users.Find(known => known.Id == call.Route("id")) ?? throw NotFound($"Could not find user: {call.Route("id")}.");
            return List(call, "projects", ProjectsOf(user).Select(ToJson));
        });
        routes.On("GET", "/v3/role_assignments", RoleAssignments);
    }

    public IEnumerable<string> TargetsOf(LabCall call) =>
        [.. new[] { call.Json.Part("auth").Part("identity").Part("password").Part("user").Text("name"), call.Route("id") }.OfType<string>()];

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown
        ? Error(405, "Method Not Allowed", "The method is not allowed for the requested URL.")
        : Error(404, "Not Found", "The resource could not be found.");

    public Answer Failure(int status, string message) => Error(status, message, message);

    public Answer TokenExpired(LabCall call) => vault.Expire(call);

    private static Answer Error(int code, string title, string message) => Answer.Json(code, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["title"] = title },
    });

    private static Refusal NotFound(string message) => new(Error(404, "Not Found", message));

    private static Refusal Bad(string message) => new(Error(400, "Bad Request", message));

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.000000Z", CultureInfo.InvariantCulture);

    /// <summary>An identifier that is the same in every lab.</summary>
    private static string Stable(params string[] parts) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('/', parts))))[..32].ToLowerInvariant();

    private static JsonObject Role(string name) => new()
    {
        ["id"] = Stable("role", name), ["name"] = name, ["domain_id"] = null, ["description"] = null, ["options"] = new JsonObject(),
    };

    private static JsonObject Domain() => new()
    {
        ["id"] = "default", ["name"] = "Default", ["enabled"] = true, ["description"] = "The default domain", ["options"] = new JsonObject(), ["tags"] = new JsonArray(),
    };

    private static JsonObject ToJson(Project project) => new()
    {
        ["id"] = project.Id, ["name"] = project.Name, ["domain_id"] = "default", ["description"] = project.Description, ["enabled"] = true,
        ["parent_id"] = "default", ["is_domain"] = false, ["tags"] = new JsonArray(), ["options"] = new JsonObject(),
    };

    private static JsonObject ToJson(User user) => new()
    {
        ["id"] = user.Id, ["name"] = user.Name, ["email"] = user.Email, ["domain_id"] = "default", ["enabled"] = true,
        ["password_expires_at"] = null, ["options"] = new JsonObject(),
    };

    private JsonObject Version() => new()
    {
        ["id"] = "v3.14",
        ["status"] = "stable",
        ["updated"] = "2020-04-07T00:00:00Z",
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Root + "/" }),
        ["media-types"] = new JsonArray(new JsonObject { ["base"] = "application/json", ["type"] = "application/vnd.openstack.identity-v3+json" }),
    };

    private IEnumerable<(string Type, string Name, string Url)> Endpoints() => AllEndpoints().Where(endpoint => !World.NotInCatalog.Contains(endpoint.Type));

    private IEnumerable<(string Type, string Name, string Url)> AllEndpoints() =>
    [
        ("identity", "keystone", $"{lab.Address}identity"),
        ("compute", "nova", $"{lab.Address}compute/v2.1"),
        ("placement", "placement", $"{lab.Address}placement"),
        ("image", "glance", $"{lab.Address}image"),
        ("network", "neutron", $"{lab.Address}networking"),
        ("volumev3", "cinderv3", $"{lab.Address}volume/v3/{ProjectPart}"),
    ];

    private static JsonArray Interfaces((string Type, string Name, string Url) endpoint) =>
        JsonText.Array(new[] { "public", "internal", "admin" }.Select(side => (JsonNode)new JsonObject
        {
            ["id"] = Stable("endpoint", endpoint.Type, side),
            ["interface"] = side,
            ["region"] = Region,
            ["region_id"] = Region,
            ["url"] = endpoint.Url,
        }));

    // An address with the project in it is not for tokens without one.
    private JsonArray Catalog(Token token) => token.Roles.Length == 0 ? [] : JsonText.Array(Endpoints().Select(endpoint => (JsonNode)new JsonObject
    {
        ["endpoints"] = token.Project is null && endpoint.Url.Contains(ProjectPart, Ordinal) ? [] : Interfaces(endpoint with { Url = endpoint.Url.Replace(ProjectPart, token.Project?.Id, Ordinal) }),
        ["id"] = Stable("service", endpoint.Type),
        ["type"] = endpoint.Type,
        ["name"] = endpoint.Name,
    }));

    private IEnumerable<Project> ProjectsOf(User user) => World.Projects.Where(project => user.Roles.ContainsKey(project.Id));

    private Answer Authenticate(LabCall call)
    {
        var auth = call.Json.Part("auth") ?? throw Bad("Expecting to find auth in request body. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.");
        var identity = auth.Part("identity");
        var method = (identity.Part("methods") as JsonArray)?.FirstOrDefault()?.ToString()
            ?? throw Bad("Expecting to find methods in identity. The server could not comply with the request since it is either malformed or otherwise incorrect.");
        var scope = auth.Part("scope");
        switch (method)
        {
            case "password":
            {
                var given = identity.Part("password").Part("user");
                var user = FindUser(given);
                if (user is null || user.Password != given.Text("password"))
                    throw new Refusal(vault.Unauthorized());
                return user.NeedsSecondFactor ? Receipt(user) : Scoped(user, method, scope, null);
            }

            case "token":
            {
                var previous = vault.Find(identity.Part("token").Text("id")) ?? throw new Refusal(vault.Unauthorized());
                return Scoped(previous.User, method, scope, previous.Expires);
            }

            case "application_credential":
            {
                var given = identity.Part(method);
                var credential = World.ApplicationCredentials.Find(known => given.Text("id") is { } id
                    ? known.Id == id
                    : known.Name == given.Text("name") && FindUser(given.Part("user")) == known.User);
                if (credential is null || credential.Secret != given.Text("secret"))
                    throw new Refusal(vault.Unauthorized());
                if (scope is not null)
                    throw new Refusal(Error(401, "Unauthorized", "Application credentials cannot request a scope."));
                return Created(vault.Issue(credential.User, method, credential.Project, null, credential.Roles, null));
            }

            default:
                throw new Refusal(vault.Unauthorized());
        }
    }

    /// <summary>The password was right, another method has to follow (api-ref: multi-factor authentication).</summary>
    private Answer Receipt(User user) => Answer.Json(401, new JsonObject
    {
        ["receipt"] = new JsonObject
        {
            ["methods"] = new JsonArray("password"),
            ["user"] = new JsonObject { ["id"] = user.Id, ["name"] = user.Name, ["domain"] = DefaultDomain },
            ["expires_at"] = Stamp(lab.Clock.Now.AddMinutes(5)),
            ["issued_at"] = Stamp(lab.Clock.Now),
        },
        ["required_auth_methods"] = new JsonArray(new JsonArray("password", "totp")),
    }).With("Openstack-Auth-Receipt", Stable("receipt", user.Id)).With("WWW-Authenticate", $"Keystone uri=\"{lab.Address}identity\"");

    private User? FindUser(JsonNode? given)
    {
        if (given.Text("id") is { } id)
            return World.Users.Find(user => user.Id == id);
        var domain = given.Part("domain");
        if (domain is null)
            throw Bad("Expecting to find domain in user. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.");
        return IsDefault(domain) ? World.Users.Find(user => user.Name == given.Text("name")) : null;
    }

    private static bool IsDefault(JsonNode? domain) => domain.Text("id") is { } id ? id == "default" : domain.Text("name") == "Default";

    private Answer Scoped(User user, string method, JsonNode? scope, DateTimeOffset? notAfter)
    {
        if (scope is null or JsonValue)
            return Created(vault.Issue(user, method, null, null, [], notAfter));

        if (scope.Part("system") is not null)
            return Created(vault.Issue(user, method, null, "system", RolesOn("system"), notAfter));

        if (scope.Part("domain") is { } domain)
            return IsDefault(domain) ? Created(vault.Issue(user, method, null, "domain", RolesOn("domain"), notAfter)) : throw new Refusal(vault.Unauthorized());

        var wanted = scope.Part("project") ?? throw Bad("scope: one of project, domain, system is required.");
        var project = wanted.Text("id") is { } id
            ? World.Projects.Find(known => known.Id == id)
            : IsDefault(wanted.Part("domain")) ? World.Projects.Find(known => known.Name == wanted.Text("name")) : null;
        return project is null
            ? throw new Refusal(vault.Unauthorized())
            : Created(vault.Issue(user, method, project, null, RolesOn(project.Id), notAfter));

        string[] RolesOn(string place) => user.Roles.GetValueOrDefault(place) ?? throw new Refusal(vault.Unauthorized());
    }

    private Answer Created(Token token) => Answer.Json(201, Body(token)).With("X-Subject-Token", token.Id).With("Vary", "X-Auth-Token");

    private JsonObject Body(Token token)
    {
        var body = new JsonObject
        {
            ["methods"] = new JsonArray(token.Method),
            ["user"] = new JsonObject { ["domain"] = DefaultDomain, ["id"] = token.User.Id, ["name"] = token.User.Name, ["password_expires_at"] = null },
            ["audit_ids"] = new JsonArray(Stable(token.Id)[..22]),
            ["expires_at"] = Stamp(token.Expires),
            ["issued_at"] = Stamp(token.Issued),
        };
        if (token.Project is { } project)
        {
            body["project"] = new JsonObject { ["domain"] = DefaultDomain, ["id"] = project.Id, ["name"] = project.Name };
            body["is_domain"] = false;
        }
        else if (token.OtherScope == "system")
        {
            body["system"] = new JsonObject { ["all"] = true };
        }
        else if (token.OtherScope == "domain")
        {
            body["domain"] = DefaultDomain;
        }

        if (token.Roles.Length > 0)
        {
            body["roles"] = JsonText.Array(token.Roles.Select(role => (JsonNode)new JsonObject { ["id"] = Stable("role", role), ["name"] = role }));
            body["catalog"] = Catalog(token);
        }

        return new JsonObject { ["token"] = body };
    }

    private Answer ShowToken(LabCall call)
    {
        vault.Require(call);
        var subject = call.Header("X-Subject-Token");
        var token = vault.Find(subject) ?? throw NotFound($"Could not find token: {subject}.");
        return Answer.Ok(Body(token)).With("X-Subject-Token", token.Id).With("Vary", "X-Auth-Token");
    }

    private Answer RevokeToken(LabCall call)
    {
        vault.Require(call);
        var subject = call.Header("X-Subject-Token");
        if (!vault.Revoke(subject))
            throw NotFound($"Could not find token: {subject}.");
        return Answer.Empty(204);
    }

    private Token RequireAdminOr(LabCall call, Func<Token, bool> allowed, string rule)
    {
        var token = vault.Require(call);
        return token.IsAdmin || allowed(token)
            ? token
            : throw new Refusal(Error(403, "Forbidden", $"You are not authorized to perform the requested action: {rule}."));
    }

    private void Collection(IEndpointRouteBuilder routes, string plural, string singular, Func<IEnumerable<JsonObject>> items)
    {
        routes.On("GET", $"/v3/{plural}", call =>
        {
            RequireAdminOr(call, _ => false, $"identity:list_{plural}");
            var found = items().Where(item => call.Query("name") is not { } name || item.Text("name") == name)
                .Where(item => call.Query("type") is not { } type || item.Text("type") == type)
                .Where(item => call.Query("domain_id") is not { } domain || item.Text("domain_id") == domain);
            return List(call, plural, found);
        });
        routes.On("GET", $"/v3/{plural}/{{id}}", call =>
        {
            var id = call.Route("id");
            RequireAdminOr(call, token => token.User.Id == id || token.Project?.Id == id, $"identity:get_{singular}");
            var item = items().FirstOrDefault(found => found.Text("id") == id) ?? throw NotFound($"Could not find {singular}: {id}.");
            return Answer.Ok(new JsonObject { [singular] = Linked(plural, item) });
        });
    }

    private JsonObject Linked(string plural, JsonObject item)
    {
        item["links"] = new JsonObject { ["self"] = $"{Root}/{plural}/{item.Text("id")}" };
        return item;
    }

    private Answer List(LabCall call, string plural, IEnumerable<JsonObject> items) => Answer.Ok(new JsonObject
    {
        [plural] = JsonText.Array(items.Select(item => Linked(plural, item))),
        ["links"] = new JsonObject { ["next"] = null, ["self"] = $"{Root}{call.ActualName[(call.Method.Length + 1)..]}", ["previous"] = null },
    });

    private Answer RoleAssignments(LabCall call)
    {
        RequireAdminOr(call, _ => false, "identity:list_role_assignments");
        var rows = from user in World.Users
                   from place in user.Roles
                   from role in place.Value
                   where call.Query("user.id") is not { } wanted || wanted == user.Id
                   select new JsonObject
                   {
                       ["scope"] = place.Key switch
                       {
                           "system" => new JsonObject { ["system"] = new JsonObject { ["all"] = true } },
                           "domain" => new JsonObject { ["domain"] = new JsonObject { ["id"] = "default" } },
                           _ => new JsonObject { ["project"] = new JsonObject { ["id"] = place.Key } },
                       },
                       ["role"] = new JsonObject { ["id"] = Stable("role", role) },
                       ["user"] = new JsonObject { ["id"] = user.Id },
                   };
        return Answer.Ok(new JsonObject { ["role_assignments"] = JsonText.Array(rows), ["links"] = new JsonObject { ["next"] = null, ["previous"] = null, ["self"] = Root + "/role_assignments" } });
    }
}
