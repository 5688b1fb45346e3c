using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Peers.Tests.OpenStack;

/// <summary>
/// A session on a real cloud that runs already. PLATFORMOPS_PEER_CLOUD names it as <c>openstack.cloud</c> does: a cloud of clouds.yaml,
/// or <c>envvars</c> for the <c>OS_*</c> variables. The account must be an administrator; nothing stays changed.
/// </summary>
internal sealed partial class PeerCloud : IAsyncDisposable
{
    /// <summary>Tests on one cloud go one after the other: they take the same hypervisor.</summary>
    public const string Collection = "a real cloud";

    private readonly TemporaryFolder _folder = new();

    private PeerCloud(string section, string? max)
    {
        var path = _folder.File("ops.yaml", $"environment: peer\nstate-folder: {_folder.Path}\nopenstack:\n{section}");
        List<ServiceRegistration> registrations = [.. Registrations.All.Where(registration => registration is not HttpRegistration), new CappedHttp(max)];
        Session = new SessionScope(new ConfigurationLoader(Registrations.Sections).Load(path, null), new SecretStore(new Redactor()), TimeProvider.System, new LedgerFiles(), registrations);
    }

    public static string? Name => Environment.GetEnvironmentVariable("PLATFORMOPS_PEER_CLOUD");

    public SessionScope Session { get; }

    public NovaClient Nova => Session.Get<NovaClient>();

    /// <summary>Keystone with our token.</summary>
    public HttpService Identity => Session.Get<HttpServiceFactory>().Create(KeystoneSession.Service, Session.Get<KeystoneSession>().Address, Session.Get<KeystoneSession>().Authentication);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="max">What Nova says is its highest microversion: the true one where null, none at all where empty.</param>
    /// <param name="compute">Nova's address; the catalog's where null.</param>
    public static PeerCloud Open(string? max = null, Uri? compute = null)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Name), "no OpenStack peer: set PLATFORMOPS_PEER_CLOUD");
        return new PeerCloud($"  cloud: {Name}\n{(compute is null ? "" : $"  endpoints:\n    compute: {compute}\n")}", max);
    }

    /// <summary>A session that logs in with what is not there: no account is locked by it.</summary>
    public static PeerCloud Stranger(Uri keystone) => new($"  auth-url: {keystone}\n  application-credential-id: {NewName()}\n  application-credential-secret: none\n", null);

    /// <summary>A session of the same user with the reader role alone, by an application credential that goes afterwards.</summary>
    public async Task AsReaderAsync(Func<PeerCloud, Task> test)
    {
        var keystone = Session.Get<KeystoneSession>();
        var user = (await keystone.TokenAsync(Token)).Body.User!.Id;
        var made = (await Identity.SendAsync(
            HttpCall.Post($"users/{user}/application_credentials", "make an application credential", new { application_credential = new { name = NewName(), roles = new[] { new { name = "reader" } } } }), Token))
            .Json.GetProperty("application_credential");
        var id = made.GetProperty("id").GetString();
        try
        {
            var region = Session.Get<OpenStackCloud>().Configuration.Region is { } own ? $"  region: {own}\n" : "";
            await using var reader = new PeerCloud($"  auth-url: {keystone.Address}\n  application-credential-id: {id}\n  application-credential-secret: {made.GetProperty("secret").GetString()}\n{region}", null);
            await test(reader);
        }
        finally
        {
            await Identity.SendAsync(HttpCall.Delete($"users/{user}/application_credentials/{id}", "delete the application credential"), CancellationToken.None);
        }
    }

    /// <summary>A hypervisor in service, one without servers if there is any. Whatever becomes of it, its service is enabled afterwards.</summary>
    public async Task WithHypervisorAsync(Func<Hypervisor, Task> test)
    {
        var hypervisor = (await Nova.HypervisorsAsync(Token)).Where(one => one.State is HypervisorState.Empty or HypervisorState.Running).OrderBy(one => one.ServerCount).FirstOrDefault();
        Assert.SkipWhen(hypervisor is null, $"the cloud {Name} has no hypervisor in service");
        try
        {
            await test(hypervisor!);
        }
        finally
        {
            await Nova.EnableServiceAsync(await Nova.ServiceAsync(hypervisor!.ServiceHost, CancellationToken.None), CancellationToken.None);
        }
    }

    public Task<StepRecord> DisableAsync(Hypervisor hypervisor, string reason, string? takeOverReason = null)
        => Session.Effects.RunAsync(new DisableComputeService(), Target(hypervisor), new DisableComputeServiceParameters(reason), takeOverReason, Token);

    public Task<StepRecord> EnableAsync(Hypervisor hypervisor)
        => Session.Effects.RunAsync(new EnableComputeService(), Target(hypervisor), new EnableComputeServiceParameters(), null, Token);

    public Task<CheckResult> RoomAsync(Hypervisor hypervisor) => CheckAsync(new CheckRoom(), hypervisor, new CheckRoomParameters());

    public Task<CheckResult> CheckAsync(Check check, Hypervisor hypervisor, object parameters) => check.RunAsync(Context(hypervisor, check), parameters, Token);

    public Task<WaitResult> LookAsync(Wait wait, Hypervisor hypervisor, object parameters) => wait.LookAsync(Context(hypervisor, wait), parameters, Token);

    public Task<StepRecord> ChangeAsync(Change change, Hypervisor hypervisor, object parameters) => Session.Effects.RunAsync(change, Target(hypervisor), parameters, null, Token);

    /// <summary>Two small servers on a hypervisor; they are deleted afterwards.</summary>
    public async Task WithServersAsync(Hypervisor hypervisor, Func<IReadOnlyList<string>, Task> test)
    {
        var flavors = (await Nova.Endpoint.SendAsync(HttpCall.Get("flavors/detail", "list the flavours"), null, Token)).Json.GetProperty("flavors").EnumerateArray().OrderBy(flavor => flavor.GetProperty("ram").GetInt32()).ToList();
        var images = (await Session.Get<HttpServiceFactory>().Create(KeystoneSession.Service, await Session.Get<KeystoneSession>().EndpointAsync("image", Token), Session.Get<KeystoneSession>().Authentication)
            .SendAsync(HttpCall.Get("v2/images", "list the images"), Token)).Json.GetProperty("images").EnumerateArray().ToList();
        Assert.SkipWhen(flavors.Count == 0 || images.Count == 0, $"the cloud {Name} has no flavour or no image to make servers of");
        List<string> ids = [];
        try
        {
            foreach (var name in new[] { NewName(), NewName() })
            {
                var server = new JsonObject
                {
                    ["name"] = name, ["flavorRef"] = flavors[0].GetProperty("id").GetString(), ["imageRef"] = images[0].GetProperty("id").GetString(), ["networks"] = "none",
                    ["hypervisor_hostname"] = hypervisor.HypervisorName, ["metadata"] = new JsonObject { ["ops:maintenance"] = "live" },
                };
                var made = await Nova.Endpoint.SendAsync(HttpCall.Post("servers", "make a server", new JsonObject { ["server"] = server }), new Microversion(2, 74), Token);
                ids.Add(made.Json.GetProperty("server").GetProperty("id").GetString()!);
            }

            foreach (var id in ids)
                await UntilAsync(async () => (await ServerAsync(id)).Json.GetProperty("server").GetProperty("status").GetString() is "ACTIVE");
            await test(ids);
        }
        finally
        {
            foreach (var id in ids)
                await Nova.Endpoint.SendAsync(HttpCall.Delete($"servers/{id}", "delete the server") with { Accept = [404] }, null, CancellationToken.None);
            foreach (var id in ids)
                await UntilAsync(async () => (await ServerAsync(id)).Status == 404);
        }
    }

    public static string NewName() => $"platformops-peer-{Guid.NewGuid():N}";

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _folder.Dispose();
    }

    private ActionContext Context(Hypervisor hypervisor, OpsAction action)
        => new() { Target = Target(hypervisor), Run = Session.Identity("peer"), Step = action.Name, Clients = Session, Time = Session.Time, Log = SilentLog.Instance };

    private static ActionTarget Target(Hypervisor hypervisor) => new(ActionTarget.Hypervisor, hypervisor.ServiceHost, "MH-101");

    private Task<HttpAnswer> ServerAsync(string id) => Nova.Endpoint.SendAsync(HttpCall.Get($"servers/{id}", "read the server") with { Accept = [404] }, null, CancellationToken.None);

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
            await Task.Delay(500, deadline.Token);
    }

    private sealed class CappedHttp(string? max) : ServiceRegistration
    {
        public override string Name => "http";

        public override bool CanProbe => false;

        public override Type ConfigurationType => typeof(HttpSettings);

        public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients => new Dictionary<Type, Func<IServiceScope, object>>
        {
            [typeof(HttpServiceFactory)] = scope => new HttpServiceFactory(scope.Time, scope.Secrets.Redactor) { Handler = max is null ? null : new VersionCap(max) },
        };
    }

    /// <summary>Makes a new Nova look like an old one: it takes the old calls, and says less of what it can do.</summary>
    private sealed partial class VersionCap(string max) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.TrimEnd('/').EndsWith("/v2.1", StringComparison.Ordinal))
                response.Content = new StringContent(Announced().Replace(await response.Content.ReadAsStringAsync(cancellationToken), $"\"version\": \"{max}\""), System.Text.Encoding.UTF8, "application/json");
            return response;
        }

        [GeneratedRegex(@"""version"":\s*""2[.0-9]*""")]
        private static partial Regex Announced();
    }
}
