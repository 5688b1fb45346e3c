using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Bmc;

/// <summary>The base of cmdlets that change machines by their BMCs: whose address and serial number the inventory says, and nothing is done to a machine with another one.</summary>
public abstract class BmcEffectCmdlet : FanOutEffectCmdlet<string>
{
    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>Emits the machines once it is done. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is to be done, to the machine with this serial number at the controller with this address.</summary>
    private protected abstract (Change Change, object Parameters) Effect(string address, string serial);

    private protected override IEnumerable<string> Inputs() => HypervisorName;

    private protected override async ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
    {
        var netBox = Scope.Get<NetBoxClient>();
        var device = await netBox.DeviceAsync(input, cancellationToken);
        var serial = device.SerialNumber
            ?? throw new RefusedException($"NetBox has no serial number of {input}, so nobody can tell whether its BMC is its own. Nothing was changed; enter it there.") { TargetName = input };
        var address = device.BmcAddress ?? (await netBox.BmcAddressAsync(input, cancellationToken)).Address;
        var (change, parameters) = Effect(address, serial);
        var record = await ApplyAsync(change, new ActionTarget(ActionTarget.Hypervisor, input), parameters, cancellationToken);
        if (PassThru && record?.Outcome is StepOutcome.Done or StepOutcome.Unchanged)
        {
            var reading = await Scope.Get<RedfishClient>().At(address).SystemAsync(serial, cancellationToken);
            await WriteObjectAsync(reading.System with { HypervisorName = input, MatchesInventory = reading.HasSerial(serial) });
        }
    }
}
