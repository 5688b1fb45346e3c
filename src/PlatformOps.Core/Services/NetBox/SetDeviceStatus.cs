using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.NetBox;

/// <param name="Status">Such as <c>planned</c> or <c>active</c>.</param>
internal sealed record SetDeviceStatusParameters(string Status);

/// <summary>Sets a device's status in NetBox.</summary>
internal sealed class SetDeviceStatus : Change<SetDeviceStatusParameters, DeviceFieldState>
{
    /// <summary>The status of a device.</summary>
    public const string SubjectName = "netbox.device.status";

    public override string Name => "netbox.device.status";

    public override string Summary => "NetBox status";

    protected override string Subject => SubjectName;

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["netbox"];

    protected override async Task<DeviceFieldState> ObserveAsync(ActionContext context, SetDeviceStatusParameters parameters, CancellationToken cancellationToken)
    {
        var device = await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken);
        return new DeviceFieldState(device.DeviceName, device.Id, device.Status, device.LastUpdated);
    }

    protected override bool IsDesired(ActionContext context, SetDeviceStatusParameters parameters, DeviceFieldState state) => state.Value == Wanted(parameters);

    protected override Task ApplyAsync(ActionContext context, SetDeviceStatusParameters parameters, DeviceFieldState before, CancellationToken cancellationToken)
        => context.Client<NetBoxClient>().SetStatusAsync(before.Id, before.Device, Wanted(parameters), before.LastUpdated, context.Marker, cancellationToken);

    protected override string Describe(DeviceFieldState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, SetDeviceStatusParameters parameters, DeviceFieldState before) => Wanted(parameters);

    protected override Task UndoAsync(ActionContext context, SetDeviceStatusParameters parameters, DeviceFieldState before, CancellationToken cancellationToken)
        => context.Client<NetBoxClient>().SetStatusAsync(before.Id, before.Device, before.Value!, null, $"undo {context.Marker}", cancellationToken);

    private static string Wanted(SetDeviceStatusParameters parameters) => parameters.Status.ToLowerInvariant();
}
