using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.NetBox;

/// <param name="Statuses">The statuses it may have; by default active or offline.</param>
internal sealed record CheckDeviceExistsParameters(IReadOnlyList<string>? Statuses = null);

/// <summary>Whether NetBox knows the target, exactly once, and in a status that fits.</summary>
internal sealed class CheckDeviceExists : Check<CheckDeviceExistsParameters>
{
    private static readonly string[] Usual = ["active", "offline"];

    public override string Name => "netbox.device.exists";

    public override string Summary => "NetBox device";

    public override IReadOnlyList<string> LooksAt => [SetDeviceStatus.SubjectName];

    public override IReadOnlyList<string> Needs => ["netbox"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckDeviceExistsParameters parameters, CancellationToken cancellationToken)
    {
        var statuses = parameters.Statuses ?? Usual;
        try
        {
            var device = await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken);
            var evidence = $"'{device.DeviceName}' is {device.Status}, role {device.Role ?? "none"}, at {device.Site ?? "no site"}: {device.Url}";
            return statuses.Contains(device.Status, StringComparer.OrdinalIgnoreCase)
                ? CheckResult.Passed(evidence)
                : CheckResult.Failed($"{evidence}; wanted is {string.Join(" or ", statuses)}");
        }
        catch (Exception e) when (e is ObjectNotFoundException or AmbiguousNameException)
        {
            return CheckResult.Failed(e.Message);
        }
    }
}
