using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.NetBox;

/// <param name="Role">By name or slug; by default the configuration's netbox.role.</param>
internal sealed record SetDeviceRoleParameters(string? Role = null);

/// <summary>Gives a device its role in NetBox. A role that does not exist is an error.</summary>
internal sealed class SetDeviceRole() : ValueChange<SetDeviceRoleParameters, DeviceRoleState>("netbox.device.role", "NetBox role", "netbox")
{
    public override bool CanUndo => true;

    protected override async Task<DeviceRoleState> ObserveAsync(ActionContext context, SetDeviceRoleParameters parameters, CancellationToken cancellationToken)
    {
        var netBox = context.Client<NetBoxClient>();
        var wanted = parameters.Role ?? netBox.Configuration.Role
            ?? throw new ConfigurationException("netbox.role is missing: it names the role of a hypervisor in service. Add it, or give the step a role.");
        var role = await netBox.RoleAsync(wanted, cancellationToken);
        var device = await netBox.DeviceAsync(context.Target.Name, cancellationToken);
        return new DeviceRoleState(device.DeviceName, device.Id, device.Role, device.LastUpdated, role);
    }

    protected override string? ValueOf(DeviceRoleState state) => state.Role;

    protected override string Wanted(SetDeviceRoleParameters parameters, DeviceRoleState state) => state.Wanted.Name ?? "";

    protected override Task ApplyAsync(ActionContext context, SetDeviceRoleParameters parameters, DeviceRoleState before, CancellationToken cancellationToken)
        => context.Client<NetBoxClient>().SetRoleAsync(before.Id, before.Device, before.Wanted, before.LastUpdated, context.Marker, cancellationToken);

    protected override async Task UndoAsync(ActionContext context, SetDeviceRoleParameters parameters, DeviceRoleState before, CancellationToken cancellationToken)
    {
        var netBox = context.Client<NetBoxClient>();
        var role = await netBox.RoleAsync(before.Role ?? throw new RefusedException($"{before.Device} had no role before; NetBox does not take that back."), cancellationToken);
        await netBox.SetRoleAsync(before.Id, before.Device, role, null, $"undo {context.Marker}", cancellationToken);
    }
}
