using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Redfish;

/// <param name="Address">The BMC's, such as <c>${fact.bmc-address}</c>.</param>
/// <param name="Serial">The serial number that the machine must have, where it is known.</param>
internal sealed record CheckNoBootOverrideParameters(string Address, string? Serial = null);

/// <summary>Whether the machine boots from the usual next: an override that was left would install it once more.</summary>
internal sealed class CheckNoBootOverride : Check<CheckNoBootOverrideParameters>
{
    public override string Name => "bmc.boot-override.none";

    public override string Summary => "boot override";

    public override IReadOnlyList<string> LooksAt => [SetBootDevice.SubjectName];

    public override IReadOnlyList<string> Needs => ["bmc"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckNoBootOverrideParameters parameters, CancellationToken cancellationToken)
    {
        var system = await context.Client<RedfishClient>().At(parameters.Address).SystemAsync(parameters.Serial, cancellationToken);
        if (parameters.Serial is { } serial)
            system.RequireSerial(context.Target.Name, serial);
        if (system is { Active: { Enabled: null, Target: null }, Pending: null })
            return CheckResult.Unknown($"the BMC at {parameters.Address} does not tell whether a boot override is set");
        return system.NextBoot.IsNone ? CheckResult.Passed("no boot override is set") : CheckResult.Failed($"{system.NextBoot} is set at the BMC {parameters.Address}");
    }
}
