using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Kayobe;

/// <param name="SelinuxReboot">Restart a host whose SELinux state has to change; otherwise it fails there.</param>
/// <param name="WhileInService">Also where one is a hypervisor in service, or with servers on it: its network and its services are set up anew under them.</param>
internal sealed record ConfigureHostsParameters(bool SelinuxReboot = true, bool WhileInService = false);

/// <summary>Configures the systems of the batch's hosts with Kayobe, all in one limit.</summary>
internal sealed class ConfigureHosts : KayobeChange<ConfigureHostsParameters>
{
    public override string Name => "kayobe.host.configure";

    public override string Summary => "Kayobe host configuration";

    public override string? Loss => "Kayobe configures the host anew and restarts it";

    public override ActionScope Scope => ActionScope.Batch;

    public override IReadOnlyList<string> Brings => [MachineSubjects.System];

    protected override bool MayBeInService(ConfigureHostsParameters parameters) => parameters.WhileInService;

    protected override async Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, ConfigureHostsParameters parameters, CancellationToken cancellationToken)
    {
        var hosts = await kayobe.ResolveAsync([.. context.Batch.Select(target => target.Name)], context.Log, cancellationToken);
        string[] options = parameters.SelinuxReboot ? ["-e", "selinux_do_reboot=true"] : [];
        return new KayobeState(await kayobe.LimitedAsync(["overcloud", "host", "configure"], HostLimit.Of(hosts), options, [], context.Log, cancellationToken), hosts);
    }
}
