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
            if (WhyReinstalled(host, earlier) is { } why)
                throw new RefusedException($"{context.Target.Name} {why}: it was reinstalled since its dossier of {earlier.TakenAt:yyyy-MM-dd}. Go on with PostReinstall; where it is in service again in its own right, remove the old dossier first.") { TargetName = context.Target.Name };
        }

        var dossier = new HypervisorDossier
        {
            HypervisorName = context.Target.Name,
            TicketId = context.Target.TicketId,
            TakenAt = context.Time.GetUtcNow(),
            TakenBy = context.Run.Person,
            RunId = context.Run.RunId,
            Host = host,
            Compute = compute,
            Device = device,
        };
        // Adoption would have nothing to start nova-compute with.
        if (dossier.ComputeNode is null)
            throw new RefusedException($"{context.Target.Name} has no compute_id{(host.ComputeId is { } odd ? $" ('{odd}' is none)" : "")}, and Nova calls its compute node '{compute.HypervisorId}', no UUID: after a reinstall nobody could make it the same compute node again. Let nova-compute write its compute_id first (2023.1 and later do), or ask Nova by a microversion of 2.53 or later.") { TargetName = context.Target.Name };
        context.Client<DossierStore>().Write(dossier);
    }

    protected override string Describe(State state) => state.IsTaken ? $"taken, serial {state.Serial}" : $"not in the state folder of {Environment.MachineName}";

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
    private static string? WhyReinstalled(RemoteHostFact host, HypervisorDossier earlier)
    {
        if (Guid.TryParse(host.ComputeId, out var node) && node == earlier.ComputeNode)
            return null;
        if (earlier.Host.ComputeId is { } known)
            return $"was nova's compute node {known}, and {(host.ComputeId is null ? "now it has no compute_id" : $"now it is {host.ComputeId}")}";
        if (host.ComputeId is not null)
            return $"was nova's compute node {earlier.Compute.HypervisorId}, and now it is {host.ComputeId}";
        // Where nova-compute keeps no identity, a reinstall and a plain restart with the same system look alike: not to be sure is to refuse.
        if ((host.OsId, host.OsMajor) != (earlier.Host.OsId, earlier.Host.OsMajor))
            return $"ran {earlier.Host.OsId} {earlier.Host.OsVersion}, and now {host.OsId} {host.OsVersion}";
        return host.BootId == earlier.Host.BootId ? null : "has no compute_id to know it by, and was started anew: nobody can prove otherwise";
    }

    internal sealed record State(string Serial)
    {
        public bool IsTaken => Serial.Length > 0;
    }
}
