using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Services;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;

namespace PlatformOps.Core.Migration;

/// <summary>The migration of hypervisors: its section, its dossiers, its own actions.</summary>
internal sealed class MigrationRegistration : ServiceRegistration
{
    public override string Name => "migration";

    public override bool CanProbe => false;

    public override Type ConfigurationType => typeof(MigrationConfiguration);

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(IMachineInventory)] = scope => new NetBoxMachines(scope.Get<NetBoxClient>()),
        [typeof(HypervisorWipeProof)] = scope => new HypervisorWipeProof(scope.Get<ComputeLookup>()),
        [typeof(IWipeProof)] = scope => scope.Get<HypervisorWipeProof>(),
        [typeof(IMigrationState)] = scope => new MigrationState(scope.Get<RunStore>()),
        [typeof(DossierStore)] = scope => new DossierStore(scope.Get<RunStore>().Files, scope.Configuration.StateFolder),
        [typeof(DossierFinder)] = scope => new DossierFinder(scope),
        [typeof(BmcIdentity)] = scope => new BmcIdentity(scope),
        [typeof(SshRules)] = scope => new SshRules(scope.Configuration.Section<SshConfiguration>().AcceptOnceAfterReinstall),
    };

    public override IReadOnlyList<OpsAction> Actions { get; } = [new TakeDossier(), new RecordBmcAddress(), new RecordAquilon(), new RecordKayobe(), new RecordBoot(), new CheckIdentity(), new CheckReleased(), new CheckCompute(), new CheckArmed(), new ReinstalledWait(), new AcceptHostKey(), new BmcReport(), new DossierReport(), new SummaryReport()];

    public override IReadOnlyList<FactSource> Facts { get; } = [new DossierFacts()];
}
