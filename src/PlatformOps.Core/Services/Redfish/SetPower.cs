using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Redfish;

/// <param name="Address">The BMC's, such as <c>${fact.bmc-address}</c>.</param>
/// <param name="Serial">The serial number that the machine must have, such as <c>${fact.serial}</c>.</param>
/// <param name="State">On or off.</param>
/// <param name="Force">Off without asking the operating system.</param>
/// <param name="WhileInService">Also where it is a hypervisor in service, or with servers on it: an outage that is meant.</param>
internal sealed record SetPowerParameters(string Address, string Serial, MachinePower State, bool Force = false, bool WhileInService = false);

/// <summary>Turns a machine on or off by its BMC.</summary>
internal sealed class SetPower : Change<SetPowerParameters, PowerState>
{
    public override string Name => "bmc.power";

    public override string Summary => "power";

    public override string? Loss => "the machine is turned on, and wiped if an installer is armed";

    protected override string Subject => "bmc.power";

    public override Impact Impact => Impact.High;

    public override bool CanUndo => true;

    /// <summary>What is turned on boots, and may be installed anew by that, as by a restart.</summary>
    protected override bool IsDestructive(SetPowerParameters parameters) => parameters.State == MachinePower.On;

    public override TimeSpan ConfirmWithin => TimeSpan.FromMinutes(10);

    public override TimeSpan ConfirmEvery => TimeSpan.FromSeconds(5);

    public override IReadOnlyList<string> Needs => ["bmc"];

    protected override async Task<PowerState> ObserveAsync(ActionContext context, SetPowerParameters parameters, CancellationToken cancellationToken)
    {
        var system = await context.Client<RedfishClient>().SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken);
        return new(system.System.PowerState ?? throw new RefusedException($"The BMC of {context.Target.Name} does not tell whether the machine is on.") { TargetName = context.Target.Name }, system.NextBoot);
    }

    protected override bool IsDesired(ActionContext context, SetPowerParameters parameters, PowerState state) => state.Value == Wanted(parameters);

    protected override Task GuardAsync(ActionContext context, SetPowerParameters parameters, PowerState before, CancellationToken cancellationToken)
        => OutOfService.RequireAsync(context, parameters.WhileInService || IsHarmless(parameters, before), cancellationToken);

    protected override Task<string?> CautionAsync(ActionContext context, SetPowerParameters parameters, PowerState before, CancellationToken cancellationToken)
        => OutOfService.CautionAsync(context, parameters.WhileInService && !IsHarmless(parameters, before), cancellationToken);

    protected override Task ApplyAsync(ActionContext context, SetPowerParameters parameters, PowerState before, CancellationToken cancellationToken)
        => ResetAsync(context, parameters, Wanted(parameters) == PowerState.On, parameters.Force, cancellationToken);

    protected override string Describe(PowerState state) => state.Value;

    protected override string DescribeDesired(ActionContext context, SetPowerParameters parameters, PowerState before)
        => Wanted(parameters) + (parameters.State == MachinePower.On ? before.Boot is { IsNone: false } boot ? $", booting from {boot}" : "" : parameters.Force ? " by force" : "");

    // Turned on, it boots from what it is to boot from next; turned off, it serves nobody.
    protected override async Task GuardUndoAsync(ActionContext context, SetPowerParameters parameters, PowerState before, CancellationToken cancellationToken)
    {
        if (before.Value != PowerState.On)
        {
            await OutOfService.RequireAsync(context, parameters.WhileInService, cancellationToken);
            return;
        }

        var next = (await context.Client<RedfishClient>().SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken)).NextBoot;
        if (BootDevices.MayWipe(next))
            throw new RefusedException($"{context.Target.Name} would boot from {next}. Take that away first: Set-BmcBootDevice -Device None.") { TargetName = context.Target.Name };
    }

    protected override Task UndoAsync(ActionContext context, SetPowerParameters parameters, PowerState before, CancellationToken cancellationToken)
        => ResetAsync(context, parameters, before.Value == PowerState.On, force: false, cancellationToken);

    // What is turned on takes nobody down, unless it is to boot what may wipe it.
    private static bool IsHarmless(SetPowerParameters parameters, PowerState before) => parameters.State == MachinePower.On && (before.Boot is null || !BootDevices.MayWipe(before.Boot));

    private static string Wanted(SetPowerParameters parameters) => parameters.State == MachinePower.On ? PowerState.On : PowerState.Off;

    private static async Task ResetAsync(ActionContext context, SetPowerParameters parameters, bool on, bool force, CancellationToken cancellationToken)
    {
        var redfish = context.Client<RedfishClient>();
        var system = await redfish.SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken);
        var type = system.ChooseReset(context.Target.Name, on ? ["On", "ForceOn"] : force ? ["ForceOff"] : ["GracefulShutdown"]);
        await redfish.At(parameters.Address).ResetAsync(system, type, cancellationToken);
    }
}

/// <summary>What a machine's power is to be.</summary>
internal enum MachinePower
{
    On,
    Off,
}

/// <summary>A machine's power, as Redfish names it.</summary>
/// <param name="Value">On, Off, or on the way.</param>
/// <param name="Boot">What it boots from next; null in records of earlier versions.</param>
internal sealed record PowerState(string Value, BootOverride? Boot = null)
{
    public const string On = "On";

    public const string Off = "Off";
}
