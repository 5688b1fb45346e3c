using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Aquilon, the management of hosts' configuration, by its client <c>aq</c>.</summary>
internal sealed class AquilonRegistration : ServiceRegistration
{
    public override string Name => "aquilon";

    public override Type ConfigurationType => typeof(AquilonConfiguration);

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(KerberosLogin)] = scope => new KerberosLogin(scope.Configuration.Section<AquilonConfiguration>(), scope.Secrets, scope.Time),
        [typeof(AquilonClient)] = Make,
        [typeof(IInstallerState)] = scope => new AquilonInstaller(scope),
        [typeof(AquilonRecordStore)] = scope => new AquilonRecordStore(scope.Get<RunStore>().Files, scope.Configuration.StateFolder),
    };

    public override IReadOnlyList<OpsAction> Actions { get; } =
    [
        new CheckAquilonTicket(),
        new CheckAquilonImport(),
        new SaveAquilonRecord(),
        new SetBuildStatus(),
        new DeleteAquilonHost(),
        new DeleteAquilonMachine(),
        new ImportAquilonHost(),
        new BootAquilonInterface(),
        new RemoveAquilonInterfaces(),
        new RemoveAquilonDisks(),
        new ManageAquilonHost(),
        new MakeAquilonHost(),
        new SwitchAquilonBoot(),
    ];

    public override IReadOnlyList<FactSource> Facts { get; } = [new AquilonFacts()];

    public override IReadOnlyList<string> HostsOf(OpsConfiguration configuration)
        => configuration.Has<AquilonConfiguration>() && configuration.Section<AquilonConfiguration>().Host is { } host ? [host] : [];

    /// <inheritdoc/>
    /// <remarks>None is no error: a host that was deleted is imported anew, by the same run or another. What needs one says so itself.</remarks>
    public override async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
        => await scope.Get<AquilonClient>().FindHostAsync(target.Name, cancellationToken) is { HostName: { } name }
            ? new Dictionary<string, string> { ["aquilon"] = name }
            : new Dictionary<string, string>();

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<AquilonClient>().ProbeAsync(cancellationToken);

    private static AquilonClient Make(IServiceScope scope)
    {
        var configuration = scope.Configuration.Section<AquilonConfiguration>();
        var name = scope.Configuration.Require(configuration.Host, "aquilon.host", "the host that aq runs on, such as aquilon.example.org");
        var shell = scope.Get<RemoteShell>();
        // Shared by all targets: each command goes to the log of whoever is at work.
        var host = configuration.Username is { } account ? shell.As(name, account, AmbientActionLog.Instance) : shell.User(name, AmbientActionLog.Instance);
        return new AquilonClient(host, scope.Get<KerberosLogin>(), configuration, target => scope.Configuration.HostIdentity.Candidates("aquilon", target));
    }
}
