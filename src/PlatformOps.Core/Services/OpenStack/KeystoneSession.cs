using System.Text.Json;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>One identity on one cloud: gets tokens from Keystone v3, renews them in time, and finds endpoints in the catalog.</summary>
/// <remarks>Keystone API reference v3, "Authentication and token management".</remarks>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing to dispose of.
internal sealed class KeystoneSession
#pragma warning restore CA1001
{
    private const string LoginPath = "auth/tokens";
    private static readonly TimeSpan RenewBefore = TimeSpan.FromSeconds(120);

    /// <summary>Other names that catalogs use for a service type (service-types-authority).</summary>
    private static readonly Dictionary<string, string[]> Aliases = new()
    {
        ["compute"] = ["compute"],
        ["placement"] = ["placement"],
        ["image"] = ["image"],
        ["network"] = ["network"],
        ["block-storage"] = ["block-storage", "block-store", "volumev3", "volumev2", "volume"],
        ["identity"] = ["identity"],
    };

    private readonly OpenStackConfiguration _configuration;
    private readonly SecretStore _secrets;
    private readonly HttpService _http;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private KeystoneToken? _token;
    private string? _refusal;

    /// <param name="configuration">Who we are.</param>
    /// <param name="secrets">Resolves the password.</param>
    /// <param name="http">Keystone at its <c>/v3/</c>, without authentication.</param>
    public KeystoneSession(OpenStackConfiguration configuration, SecretStore secrets, HttpService http)
    {
        (_configuration, _secrets, _http) = (configuration, secrets, http);
        Authentication = new TokenAuthentication(this);
    }

    public const string Service = "openstack";

    public Uri Address => _http.BaseAddress;

    /// <summary>Puts the session's token on the requests of the cloud's services.</summary>
    public HttpAuthentication Authentication { get; }

    /// <summary>Keystone's base address for an auth-url with or without <c>/v3</c>.</summary>
    public static Uri V3(Uri authUrl)
    {
        var url = authUrl.AbsoluteUri.TrimEnd('/');
        if (url.EndsWith("/v2.0", StringComparison.Ordinal))
            url = url[..^5];
        return new Uri(url.EndsWith("/v3", StringComparison.Ordinal) ? url + "/" : url + "/v3/");
    }

    /// <summary>A token that is good for a while; one request to Keystone however many ask.</summary>
    public async Task<KeystoneToken> TokenAsync(CancellationToken cancellationToken)
    {
        if (Usable() is { } good)
            return good;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (Usable() is { } renewed)
                return renewed;
            if (_refusal is not null)
                throw new ServiceAuthenticationException(Service, $"{_refusal} It is not tried again in this session, so that no account is locked. Correct the openstack section and connect again.", 401);
            var token = await AuthenticateAsync(cancellationToken);
            Volatile.Write(ref _token, token);
            return token;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Whether there is a service of this type in our region, behind whichever interface.</summary>
    public async Task<bool> OffersAsync(string type, CancellationToken cancellationToken)
        => _configuration.Endpoints.ContainsKey(type)
            || Entries(type, (await TokenAsync(cancellationToken)).Body.Catalog)?.SelectMany(entry => entry.Endpoints).Any(IsOfOurRegion) == true;

    /// <summary>The address of a service: the configuration's, or the catalog's for our region and interface.</summary>
    public async Task<Uri> EndpointAsync(string type, CancellationToken cancellationToken)
    {
        if (_configuration.Endpoints.TryGetValue(type, out var configured))
            return configured;

        var wanted = _configuration.Interface is { } name ? (name.EndsWith("URL", StringComparison.Ordinal) ? name[..^3] : name) : "public";
        var catalog = (await TokenAsync(cancellationToken)).Body.Catalog;
        var entries = Entries(type, catalog)
            ?? throw new ServiceException(Service, $"The catalog of {_http.BaseAddress.Host} has no service of type '{type}' for us; it has: {Listed(catalog.Select(entry => entry.Type))}. Is the scope (project, system) the right one? openstack.endpoints.{type} names an address directly.") { FaultCode = "endpointNotFound" };
        var endpoints = entries.SelectMany(entry => entry.Endpoints).ToList();
        var regions = endpoints.Select(endpoint => endpoint.RegionId ?? endpoint.Region).Distinct().ToList();
        var ours = endpoints.Where(endpoint => endpoint.Interface == wanted && IsOfOurRegion(endpoint)).ToList();
        var found = ours.Select(endpoint => endpoint.Url).Distinct().ToList();
        return found.Count switch
        {
            1 when Uri.TryCreate(found[0], UriKind.Absolute, out var url) => url,
            1 => throw new ServiceException(Service, $"The catalog's address of '{type}' is not a URL: '{ServerText.Clean(found[0], 200)}'.") { FaultCode = "endpointNotFound" },
            0 => throw new ServiceException(Service, $"The catalog has no {wanted} endpoint of '{type}'{(_configuration.Region is { } region ? $" in region '{region}'" : "")}; there are: {Listed(endpoints.Select(endpoint => $"{endpoint.Interface} in {endpoint.RegionId ?? endpoint.Region}"))}. Set openstack.region or openstack.interface.") { FaultCode = "endpointNotFound" },
            _ => throw new ConfigurationException($"The cloud has several regions with '{type}': {Listed(regions)}. Set openstack.region to one of them."),
        };
    }

    private static List<CatalogEntry>? Entries(string type, IReadOnlyList<CatalogEntry> catalog)
        => (Aliases.GetValueOrDefault(type) ?? [type]).Select(alias => catalog.Where(entry => entry.Type == alias).ToList()).FirstOrDefault(found => found.Count > 0);

    private bool IsOfOurRegion(CatalogEndpoint endpoint) => _configuration.Region is null || _configuration.Region == (endpoint.RegionId ?? endpoint.Region);

    private static string Listed(IEnumerable<string?> names) => string.Join(", ", names.Where(name => name is not null).Distinct().Order(StringComparer.Ordinal).Select(name => ServerText.Clean(name, 80)).DefaultIfEmpty("none"));

    private KeystoneToken? Usable()
        => Volatile.Read(ref _token) is { } token && _http.Time.GetElapsedTime(token.Obtained) < token.UseFor ? token : null;

    private void Drop(KeystoneToken refused) => Interlocked.CompareExchange(ref _token, null, refused);

    private async Task<KeystoneToken> AuthenticateAsync(CancellationToken cancellationToken)
    {
        var (identity, who) = await IdentityAsync(cancellationToken);
        var auth = new Dictionary<string, object> { ["identity"] = identity };
        if (Scope() is { } scope)
            auth["scope"] = scope;
        // Getting a token changes nothing that anybody would miss: it may be asked for again.
        var answer = await _http.SendAsync(
            new HttpCall(HttpMethod.Post, LoginPath) { What = $"log in to OpenStack as {who}", Json = new Dictionary<string, object> { ["auth"] = auth }, Reads = true, Accept = HasPassword ? [401] : [401, 404] },
            cancellationToken);
        // Of a token or an application credential that it does not know, Keystone says 404.
        if (answer.Status is 401 or 404)
        {
            _refusal = answer.Header("Openstack-Auth-Receipt") is not null
                ? $"Keystone at {_http.BaseAddress.Host} wants a second factor from {who}, which a program cannot give: use an application credential (openstack.application-credential-id and -secret)."
                : $"Keystone at {_http.BaseAddress.Host} refused {who}{Place()}: {answer.Fault.Text.TrimEnd('.')}. It says no more, be it the secret that is wrong or the scope that is not there or not ours.";
            throw new ServiceAuthenticationException(Service, _refusal, answer.Status);
        }

        var body = answer.Read<TokenAnswer>(HttpServiceJson.Snake).Token ?? throw answer.Unexpected("no token");
        var value = answer.Header("X-Subject-Token") is { Length: > 0 } header ? header : throw answer.Unexpected("no X-Subject-Token header");
        _secrets.Redactor.Add(value);
        var lifetime = body.ExpiresAt - body.IssuedAt;
        return new KeystoneToken
        {
            Value = value,
            Body = body,
            Obtained = _http.Time.GetTimestamp(),
            UseFor = lifetime - (lifetime / 2 < RenewBefore ? lifetime / 2 : RenewBefore),
        };
    }

    private async Task<(object Identity, string Who)> IdentityAsync(CancellationToken cancellationToken)
    {
        var c = _configuration;
        if (c.ApplicationCredentialId is not null || c.ApplicationCredentialName is not null)
        {
            var secret = await _secrets.ResolveAsync(c.ApplicationCredentialSecret ?? throw Missing("application-credential-secret"), cancellationToken);
            var credential = new Dictionary<string, object> { ["secret"] = secret };
            if (c.ApplicationCredentialId is { } id)
                credential["id"] = id;
            else
                (credential["name"], credential["user"]) = (c.ApplicationCredentialName!, User(null));
            return (Method("application_credential", credential), $"application credential '{c.ApplicationCredentialId ?? c.ApplicationCredentialName}'");
        }

        if (c.Token is not null)
            return (Method("token", new Dictionary<string, object> { ["id"] = await _secrets.ResolveAsync(c.Token, cancellationToken) }), "the owner of openstack.token");

        var password = await _secrets.ResolveAsync(c.Password ?? throw Missing("password"), cancellationToken);
        return (Method("password", new Dictionary<string, object> { ["user"] = User(password) }), $"user '{c.Username ?? c.UserId}'");
    }

    private static Dictionary<string, object> Method(string name, object parameters) => new() { ["methods"] = new[] { name }, [name] = parameters };

    private Dictionary<string, object> User(string? password)
    {
        var user = new Dictionary<string, object>();
        if (_configuration.UserId is { } id)
            user["id"] = id;
        else
            (user["name"], user["domain"]) = (_configuration.Username ?? throw Missing("username"), Domain(_configuration.UserDomain, _configuration.UserDomainId));
        if (password is not null)
            user["password"] = password;
        return user;
    }

    private bool HasPassword => _configuration is { Token: null, ApplicationCredentialId: null, ApplicationCredentialName: null };

    private string Place()
    {
        var c = _configuration;
        return c.ApplicationCredentialId is not null || c.ApplicationCredentialName is not null ? ""
            : c.SystemScope ? " in the system"
            : (c.ProjectId ?? c.Project) is { } project ? $" in project '{project}'"
            : $" in domain '{c.DomainId ?? c.Domain}'";
    }

    private Dictionary<string, object>? Scope()
    {
        var c = _configuration;
        // An application credential has its scope in itself; Keystone refuses another.
        if (c.ApplicationCredentialId is not null || c.ApplicationCredentialName is not null)
            return null;
        if (c.SystemScope)
            return new() { ["system"] = new Dictionary<string, object> { ["all"] = true } };
        if (c.ProjectId is { } projectId)
            return new() { ["project"] = new Dictionary<string, object> { ["id"] = projectId } };
        if (c.Project is { } project)
            return new() { ["project"] = new Dictionary<string, object> { ["name"] = project, ["domain"] = Domain(c.ProjectDomain, c.ProjectDomainId) } };
        if (c.Domain is not null || c.DomainId is not null)
            return new() { ["domain"] = Domain(c.Domain, c.DomainId) };
        throw new ConfigurationException("openstack.project is missing: a token without a scope has no catalog. Set openstack.project (for example admin), openstack.domain or openstack.system-scope: true.");
    }

    private static Dictionary<string, object> Domain(string? name, string? id)
        => id is not null ? new() { ["id"] = id } : new() { ["name"] = name ?? "Default" };

    private static ConfigurationException Missing(string key) => new($"openstack.{key} is missing: it is needed to log in to OpenStack.");

    private sealed class TokenAuthentication(KeystoneSession session) : HttpAuthentication
    {
        public override Uri LoginAddress => new(session.Address, LoginPath);

        public override async ValueTask<object?> ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var token = await session.TokenAsync(cancellationToken);
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token.Value);
            return token;
        }

        public override ValueTask<bool> RefusedAsync(object? credential, HttpAnswer answer, CancellationToken cancellationToken)
        {
            session.Drop((KeystoneToken)credential!);
            return ValueTask.FromResult(true);
        }
    }
}
