using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Remote;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>Writes down who the hypervisor is and what it holds, before anything of it is changed.</summary>
internal sealed class TakeDossier : Change<NoParameters, TakeDossier.State>
{
    public const string ActionName = "hypervisor.dossier";

    public override string Name => ActionName;

    public override string Summary => "dossier";

    public override Impact Impact => Impact.Low;

    public override IReadOnlyList<string> Needs => ["ssh", "openstack", "netbox"];

    protected override Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => Task.FromResult(new State(context.Client<DossierStore>().Find(context.Target.Name, context.Run.RunId)?.Host.SerialNumber ?? ""));

    protected override bool IsDesired(ActionContext context, NoParameters parameters, State state) => state.IsTaken;

    protected override async Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
    {
        var host = await HostFacts.ReadAsync(context.Client<RemoteShell>().On(context), cancellationToken);
        var compute = await context.Client<ComputeDossierReader>().ReadAsync(context.Target.Name, cancellationToken);
        var device = await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken);
        if (MachineNumbers.Serial(host.SerialNumber) is not { } serial)
            throw new RefusedException($"{context.Target.Name} does not tell its serial number (DMI), so nobody can prove that it is the right machine: {Array.Find(host.Unknown, line => line.Contains("product_serial", StringComparison.Ordinal)) ?? (host.SerialNumber is { } text ? $"'{text}' is none." : "it is empty or absent.")}") { TargetName = context.Target.Name };
        // Every later phase would refuse it, after weeks of draining.
        if (MachineNumbers.Serial(device.SerialNumber) is null)
            throw new RefusedException($"NetBox has no serial number of {context.Target.Name}{(string.IsNullOrWhiteSpace(device.SerialNumber) ? "" : $" ('{device.SerialNumber}' is none)")}, so nobody can prove that it is the right machine. It tells {serial} itself: compare that with its label, and enter it in NetBox.") { TargetName = context.Target.Name };
        RefuseAnother(context, serial, device.SerialNumber, "NetBox has");
        if (await FindEarlierAsync(context, cancellationToken) is { } earlier)
        {
            RefuseAnother(context, serial, earlier.Host.SerialNumber, $"the dossier of {earlier.TakenAt:yyyy-MM-dd} has");
            RefuseReinstalled(context, host, earlier);
        }

        context.Client<DossierStore>().Write(new HypervisorDossier
        {
            HypervisorName = context.Target.Name,
            TicketId = context.Target.TicketId,
            TakenAt = context.Time.GetUtcNow(),
            TakenBy = context.Run.Person,
            RunId = context.Run.RunId,
            Host = host,
            Compute = compute,
            Device = device,
        });
    }

    protected override string Describe(State state) => state.IsTaken ? $"taken, serial {state.Serial}" : "not taken";

    protected override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => "taken";

    // A name can lie: a stale address or alias leads to another machine.
    private static void RefuseAnother(ActionContext context, string found, string? known, string whose)
    {
        if (MachineNumbers.Serial(known) is not null && !MachineNumbers.AreSame(found, known))
            throw new RefusedException($"The machine that answers as {context.Target.Name} has serial {found}, but {whose} {known}: this may be another machine. Mend the address or the record first.") { TargetName = context.Target.Name };
    }

    // A ticket service that is down keeps nobody from writing down what is there.
    private static async Task<HypervisorDossier?> FindEarlierAsync(ActionContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Client<DossierFinder>().FindAsync(context, cancellationToken);
        }
        catch (OpsException e) when (e is ServiceException or ObjectNotFoundException)
        {
            context.Log.Write("dossier", $"{context.Target.TicketId} could not be asked for an earlier one: {e.Message}");
            return null;
        }
    }

    // A dossier of what the installer left would take the place of the one that knows what to put back.
    private static void RefuseReinstalled(ActionContext context, RemoteHostFact host, HypervisorDossier earlier)
    {
        if (earlier.Host.ComputeId is { } known && known != host.ComputeId)
            throw new RefusedException($"{context.Target.Name} was nova's compute node {known} when its dossier was taken ({earlier.TakenAt:yyyy-MM-dd}), and {(host.ComputeId is null ? "now it has no compute_id" : $"now it is {host.ComputeId}")}: it was reinstalled since. Go on with PostReinstall; where it is in service again in its own right, remove the old dossier first.") { TargetName = context.Target.Name };
    }

    internal sealed record State(string Serial)
    {
        public bool IsTaken => Serial.Length > 0;
    }
}
