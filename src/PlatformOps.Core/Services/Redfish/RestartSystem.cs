using System.Text.Json.Serialization;
using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Redfish;

/// <param name="Address">The BMC's, such as <c>${fact.bmc-address}</c>.</param>
/// <param name="Serial">The serial number that the machine must have, such as <c>${fact.serial}</c>.</param>
/// <param name="Force">Without asking the operating system.</param>
/// <param name="WhileInService">Also where it is a hypervisor in service, or with servers on it: an outage that is meant.</param>
internal sealed record RestartSystemParameters(string Address, string Serial, bool Force = false, bool WhileInService = false);

/// <summary>Restarts a machine by its BMC; one that is off is turned on.</summary>
/// <remarks>
/// <para>Never sent twice, and destructive: a machine that boots from the network may be installed anew by it, and a second restart would
/// break that off.</para>
/// <para>What shows that it happened, because the power's state does not: the time of the last reset is another (ComputerSystem 1.12), a
/// system that ran is booting or has booted since (BootProgress, 1.13), an override for one boot is used up, the power is on its way. A
/// controller that tells nothing of this is taken at its word where it accepted the restart. After an interruption only what shows counts:
/// without it a person decides, by the machine's own boot id for instance.</para>
/// </remarks>
internal sealed class RestartSystem : Change<RestartSystemParameters, RestartState>
{
    public override string Name => "bmc.restart";

    public override string Summary => "restart";

    public override string? Loss => "the machine is restarted, and wiped if an installer is armed";

    public override Impact Impact => Impact.High;

    public override bool IsIdempotent => false;

    protected override bool IsDestructive(RestartSystemParameters parameters) => true;

    // As long as an operating system may take to stop what runs on it.
    public override TimeSpan ConfirmWithin => TimeSpan.FromMinutes(10);

    public override TimeSpan ConfirmEvery => TimeSpan.FromSeconds(5);

    public override IReadOnlyList<string> Needs => ["bmc"];

    protected override async Task<RestartState> ObserveAsync(ActionContext context, RestartSystemParameters parameters, CancellationToken cancellationToken)
    {
        var system = await context.Client<RedfishClient>().SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken);
        // What the controller cannot do is known before anything is begun.
        system.ChooseReset(context.Target.Name, Types(parameters, system.IsOff));
        return new RestartState(system.System.PowerState, system.LastReset, system.System.BootState, system.BootStateTime, system.NextBoot);
    }

    protected override bool IsDesired(ActionContext context, RestartSystemParameters parameters, RestartState state) => false;

    // One that is off takes nobody down, unless it is to boot what may wipe it.
    protected override Task GuardAsync(ActionContext context, RestartSystemParameters parameters, RestartState before, CancellationToken cancellationToken)
        => OutOfService.RequireAsync(context, parameters.WhileInService || IsHarmless(before), cancellationToken);

    protected override Task<string?> CautionAsync(ActionContext context, RestartSystemParameters parameters, RestartState before, CancellationToken cancellationToken)
        => OutOfService.CautionAsync(context, parameters.WhileInService && !IsHarmless(before), cancellationToken);

    protected override async Task ApplyAsync(ActionContext context, RestartSystemParameters parameters, RestartState before, CancellationToken cancellationToken)
    {
        var redfish = context.Client<RedfishClient>();
        var system = await redfish.SystemAsync(context.Target.Name, parameters.Address, parameters.Serial, cancellationToken);
        await redfish.At(parameters.Address).ResetAsync(system, system.ChooseReset(context.Target.Name, Types(parameters, system.IsOff)), cancellationToken);
    }

    protected override bool IsSeen(ActionContext context, RestartSystemParameters parameters, RestartState before, RestartState now)
        => now.PowerState is null or "On" && (now.HasRestartedSince(before) || !before.Tells);

    protected override Task<ProbeAnswer> ProbeAsync(ActionContext context, RestartSystemParameters parameters, RestartState before, RestartState now, CancellationToken cancellationToken)
        => Task.FromResult(now.HasRestartedSince(before) && !now.IsOff ? ProbeAnswer.Happened : ProbeAnswer.Undecidable);

    protected override bool StillHolds(ActionContext context, RestartSystemParameters parameters, RestartState? after, RestartState now) => true;

    protected override string Describe(RestartState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, RestartSystemParameters parameters, RestartState before)
        => $"{(before.IsOff ? "turned on" : parameters.Force ? "restarted by force" : "restarted")}{(before.Boot.IsNone ? "" : $", booting from {before.Boot}")}";

    private static bool IsHarmless(RestartState before) => before.IsOff && !BootDevices.MayWipe(before.Boot);

    private static string[] Types(RestartSystemParameters parameters, bool isOff)
        => isOff ? ["On", "ForceOn"] : parameters.Force ? ["ForceRestart", "PowerCycle"] : ["GracefulRestart"];
}

/// <summary>What shows that a machine was restarted, as its controller tells it.</summary>
/// <param name="PowerState">Now.</param>
/// <param name="LastReset">The time of the last reset.</param>
/// <param name="BootState">How far the last boot came.</param>
/// <param name="BootStateTime">Since when it is there.</param>
/// <param name="Boot">What it boots from next.</param>
internal sealed record RestartState(string? PowerState, string? LastReset, string? BootState, string? BootStateTime, BootOverride Boot)
{
    private const string Running = "OSRunning";

    [JsonIgnore]
    public bool IsOff => PowerState == "Off";

    /// <summary>Whether a restart would show.</summary>
    [JsonIgnore]
    public bool Tells => LastReset is not null || (BootState == Running && BootStateTime is not null) || Boot is { IsNone: false, Enabled: "Once" } || IsOff;

    public bool HasRestartedSince(RestartState before)
        => (LastReset is not null && LastReset != before.LastReset)
            || (before.BootState == Running && BootState is not null && (BootState != Running || BootStateTime != before.BootStateTime))
            || (before.Boot is { IsNone: false, Enabled: "Once" } && Boot.IsNone)
            || (before.IsOff ? !IsOff : before.PowerState == "On" && PowerState is not (null or "On"));

    public override string ToString() => $"{PowerState ?? "power not told"}{(LastReset is null ? "" : $", last reset {LastReset}")}{(BootState is null or Running ? "" : $", {BootState}")}";
}
