using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.NetBox;

/// <param name="Status">Such as <c>planned</c> or <c>active</c>.</param>
internal sealed record SetDeviceStatusParameters(string Status);

/// <summary>Sets a device's status in NetBox.</summary>
internal sealed class SetDeviceStatus() : ValueChange<SetDeviceStatusParameters, DeviceFieldState>(SubjectName, "NetBox status", "netbox")
{
    /// <summary>The status of a device.</summary>
    public const string SubjectName = "netbox.device.status";

    public override bool CanUndo => true;

    protected override async Task<DeviceFieldState> ObserveAsync(ActionContext context, SetDeviceStatusParameters parameters, CancellationToken cancellationToken)
    {
        var device = await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken);
        return new DeviceFieldState(device.DeviceName, device.Id, device.Status, device.LastUpdated);
    }

    protected override string? ValueOf(DeviceFieldState state) => state.Value;

    protected override string Wanted(SetDeviceStatusParameters parameters, DeviceFieldState state) => parameters.Status.ToLowerInvariant();

    protected override Task ApplyAsync(ActionContext context, SetDeviceStatusParameters parameters, DeviceFieldState before, CancellationToken cancellationToken)
        => context.Client<NetBoxClient>().SetStatusAsync(before.Id, before.Device, Wanted(parameters, before), before.LastUpdated, context.Marker, cancellationToken);

    protected override Task UndoAsync(ActionContext context, SetDeviceStatusParameters parameters, DeviceFieldState before, CancellationToken cancellationToken)
        => context.Client<NetBoxClient>().SetStatusAsync(before.Id, before.Device, before.Value!, null, $"undo {context.Marker}", cancellationToken);
}
