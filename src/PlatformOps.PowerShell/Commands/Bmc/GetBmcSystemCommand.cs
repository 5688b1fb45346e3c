using System.Management.Automation;
using PlatformOps.Bmc;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Bmc;

/// <summary>Gets machines as their management controllers (BMCs) tell of them over Redfish: power, next boot, serial number, health.</summary>
/// <remarks>
/// <para>The BMC of a hypervisor is where the inventory (NetBox) says: its out-of-band address, or its BMC interface's. MatchesInventory says whether the machine there is the one the inventory means, by its serial number. -BmcAddress asks a BMC without an inventory.</para>
/// <para>A controller with several systems answers for the one with the inventory's serial number.</para>
/// </remarks>
/// <example>
/// <summary>Which hypervisors of a list are on, and what they boot from next</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-BmcSystem</code>
/// </example>
/// <example>
/// <summary>BMC addresses that lead to another machine</summary>
/// <code>Get-Hypervisor | Get-BmcSystem | Where-Object MatchesInventory -eq $false</code>
/// </example>
/// <example>
/// <summary>How a machine can be reset, and what it can boot from</summary>
/// <code>Get-BmcSystem hv01.lab.example | Select-Object ResetTypes, BootTargets</code>
/// </example>
/// <seealso cref="SetBmcBootDeviceCommand"/>
/// <seealso cref="RestartBmcSystemCommand"/>
[Cmdlet(VerbsCommon.Get, "BmcSystem", DefaultParameterSetName = "Hypervisor")]
[OutputType(typeof(BmcSystem))]
public sealed class GetBmcSystemCommand : FanOutCmdlet<string>
{
    /// <summary>The hypervisors, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Hypervisor", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The controllers' own addresses: IP addresses or DNS names.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Address")]
    [ValidateNotNullOrEmpty]
    public string[] BmcAddress { get; set; } = [];

    private protected override IEnumerable<string> Inputs() => ParameterSetName == "Address" ? BmcAddress : HypervisorName;

    private protected override async ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
    {
        var redfish = Scope.Get<RedfishClient>();
        if (ParameterSetName == "Address")
        {
            await WriteObjectAsync((await redfish.At(input).SystemAsync(null, cancellationToken)).System);
            return;
        }

        var netBox = Scope.Get<NetBoxClient>();
        var device = await netBox.DeviceAsync(input, cancellationToken);
        var address = device.BmcAddress ?? (await netBox.BmcAddressAsync(input, cancellationToken)).Address;
        var reading = await redfish.At(address).SystemAsync(device.SerialNumber, cancellationToken);
        await WriteObjectAsync(reading.System with { HypervisorName = input, MatchesInventory = reading.HasSerial(device.SerialNumber) });
    }
}
