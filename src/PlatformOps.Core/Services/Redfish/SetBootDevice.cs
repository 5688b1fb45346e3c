using System.Text.Json.Serialization;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Redfish;

/// <param name="Address">The BMC's, such as <c>${fact.bmc-address}</c>.</param>
/// <param name="Serial">The serial number that the machine must have, such as <c>${fact.serial}</c>.</param>
/// <param name="Device">As Redfish names it, such as <c>Pxe</c>, <c>Hdd</c> or <c>BiosSetup</c>; <c>None</c> takes an override away.</param>
/// <param name="Mode">UEFI or legacy; left out where the BMC does not have it.</param>
/// <param name="WhileInService">Also where it is a hypervisor in service, or with servers on it: an outage that is meant.</param>
internal sealed record SetBootDeviceParameters(string Address, string Serial, string Device = "Pxe", BootMode Mode = BootMode.Uefi, bool WhileInService = false);

/// <summary>Has a machine boot once from another device than the usual. Nothing happens before its next restart.</summary>
internal sealed class SetBootDevice : Change<SetBootDeviceParameters, BootDeviceState>
{
    /// <summary>What the machine boots from next.</summary>
    public const string SubjectName = "bmc.boot-device";

    public override string Name => "bmc.boot-device";

    public override string Summary => "next boot";

    public override string? Loss => "the next boot is into another system than its own: an installer there wipes the disks";

    protected override string Subject => SubjectName;

    public override Impact Impact => Impact.High;

    public override bool CanUndo => true;

    /// <summary>Once it boots from the network, or from a disc, whatever restarts the machine may wipe it.</summary>
    protected override bool IsDestructive(SetBootDeviceParameters parameters) => !BootDevices.KeepsSystem(Wanted(parameters).Target);

    public override IReadOnlyList<string> Needs => ["bmc"];

    protected override async Task<BootDeviceState> ObserveAsync(ActionContext context, SetBootDeviceParameters parameters, CancellationToken cancellationToken)
    {
        var system = await context.Client<RedfishClient>().SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken);
        var allowed = system.System.BootTargets;
        var wanted = Wanted(parameters);
        if (!wanted.IsNone && allowed.Count > 0 && !allowed.Contains(wanted.Target))
            throw new RefusedException($"{context.Target.Name} cannot be booted from '{wanted.Target}'; its BMC offers {string.Join(", ", allowed)}.") { TargetName = context.Target.Name };
        return new BootDeviceState(system.Active, system.Pending);
    }

    protected override bool IsDesired(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState state) => state.Next.Is(Wanted(parameters));

    // A boot from elsewhere than its disk is the first half of a reinstall.
    protected override Task GuardAsync(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState before, CancellationToken cancellationToken)
        => OutOfService.RequireAsync(context, parameters.WhileInService || !IsDestructive(parameters), cancellationToken);

    protected override Task<string?> CautionAsync(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState before, CancellationToken cancellationToken)
        => OutOfService.CautionAsync(context, parameters.WhileInService && IsDestructive(parameters), cancellationToken);

    protected override Task ApplyAsync(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState before, CancellationToken cancellationToken)
        => SetAsync(context, parameters, Wanted(parameters), cancellationToken);

    protected override string Describe(BootDeviceState state) => state.Next.ToString();

    protected override string DescribeDesired(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState before) => Wanted(parameters).ToString();

    // An override for one boot is used up by it.
    protected override bool StillHolds(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState? after, BootDeviceState now) => now.Next.IsNone || IsDesired(context, parameters, now);

    protected override Task GuardUndoAsync(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState before, CancellationToken cancellationToken)
        => !BootDevices.MayWipe(before.Next)
            ? Task.CompletedTask
            : throw new RefusedException($"{context.Target.Name} was to boot from {before.Next} before, and nothing is armed by taking back. Where that is wanted: Set-BmcBootDevice -Device {before.Next.Target}.") { TargetName = context.Target.Name };

    protected override Task UndoAsync(ActionContext context, SetBootDeviceParameters parameters, BootDeviceState before, CancellationToken cancellationToken)
        => SetAsync(context, parameters, before.Next.IsNone ? BootOverride.None : before.Next, cancellationToken);

    private static async Task SetAsync(ActionContext context, SetBootDeviceParameters parameters, BootOverride wanted, CancellationToken cancellationToken)
    {
        var redfish = context.Client<RedfishClient>();
        var system = await redfish.SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken);
        await redfish.At(parameters.Address).SetBootAsync(system, wanted, cancellationToken);
    }

    private static BootOverride Wanted(SetBootDeviceParameters parameters)
    {
        var wanted = new BootOverride(BootDevices.Spell(parameters.Device), "Once", parameters.Mode == BootMode.Uefi ? "UEFI" : "Legacy");
        return wanted.IsNone ? BootOverride.None : wanted;
    }
}

/// <summary>How a machine's firmware boots.</summary>
internal enum BootMode
{
    Uefi,
    Legacy,
}

/// <summary>What counts now, and what the settings resource has for the next boot, where there is one.</summary>
internal sealed record BootDeviceState(BootOverride Active, BootOverride? Pending)
{
    [JsonIgnore]
    public BootOverride Next => Pending is { IsNone: false } pending ? pending : Active;
}
