using System.Management.Automation;
using PlatformOps.Core.Labs;
using PlatformOps.Labs;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Lets a service of a lab fail.</summary>
/// <remarks>
/// <para>A fault strikes the calls of one service that match -Call and -Target: after so many, so many times, or with a probability. What strikes is the same for the same seed and order of calls.</para>
/// <para>Get-OpsLabFault lists the faults of a lab and how often each has struck, Remove-OpsLabFault takes them away: without -Count, one strikes until then.</para>
/// </remarks>
/// <example>
/// <summary>The next three calls to NetBox are answered with 503</summary>
/// <code>
/// $lab = Start-OpsLab
/// $lab | Add-OpsLabFault -Service netbox -Effect status:503 -Count 3 -RetryAfter 1
/// </code>
/// </example>
/// <example>
/// <summary>One hypervisor drops SSH connections half of the time</summary>
/// <code>
/// $lab = Start-OpsLab
/// $lab | Add-OpsLabFault -Service ssh -Target 'hv01*' -Effect ssh-drop -Probability 0.5 -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="GetOpsLabFaultCommand"/>
/// <seealso cref="RemoveOpsLabFaultCommand"/>
/// <seealso cref="StartOpsLabCommand"/>
[Cmdlet(VerbsCommon.Add, "OpsLabFault", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(OpsLabFault))]
public sealed class AddOpsLabFaultCommand : AsyncCmdlet
{
    /// <summary>The service that fails, as Get-OpsLab lists them; * stands for any characters. One that the lab has not is an error.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(LabServiceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Service { get; set; } = "";

    /// <summary>
    /// What happens to a call that it strikes. Of every service: status:503 answers with that HTTP status and does nothing; delay:5 answers that many seconds late;
    /// reset closes the connection and does nothing; reset-after-commit does what was asked and closes the connection without an answer; garbage does it and answers
    /// with bytes that mean nothing; truncate does it and ends in the middle of the answer; html answers with a login page (200) and does nothing;
    /// token-expired refuses the token until there is a new one. Of ssh: ssh-refused refuses the connection; ssh-auth refuses the key; ssh-drop runs the command
    /// and drops the connection without its exit status; ssh-hang says nothing and never ends; disk-full lets nothing be written on the host.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(LabEffectCompleter))]
    [ValidateNotNullOrEmpty]
    public string Effect { get; set; } = "";

    /// <summary>The calls that fail, as the lab names them; * stands for any characters.</summary>
    /// <value>Every call</value>
    [Parameter]
    public string? Call { get; set; }

    /// <summary>The objects whose calls fail; * stands for any characters.</summary>
    /// <value>Every object</value>
    [Parameter]
    public string? Target { get; set; }

    /// <summary>How many times it strikes.</summary>
    /// <value>Until it is removed</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>How many calls pass first.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int After { get; set; }

    /// <summary>How likely it strikes a call, from 0 to 1.</summary>
    /// <value>1</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Probability { get; set; } = 1;

    /// <summary>What the Retry-After header of the answer says, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int RetryAfter { get; set; }

    /// <summary>The lab, by its process; needed only where several run.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [LabTransformation]
    [ArgumentCompleter(typeof(LabCompleter))]
    public int ProcessId { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var lab = RunspaceLabs.Find(OpsRunspace.Current, ProcessId);
        if (!await ShouldProcessAsync($"{Service} of lab {lab.ProcessId}", $"Add the fault {Effect}"))
            return;
        await WriteObjectAsync(await LabControl.AddFaultAsync(
            lab,
            new OpsLabFault
            {
                Id = 0,
                Service = Service,
                Effect = Effect,
                Call = Call,
                Target = Target,
                Count = Count > 0 ? Count : null,
                After = After,
                Probability = Probability,
                RetryAfter = MyInvocation.BoundParameters.ContainsKey(nameof(RetryAfter)) ? RetryAfter : null,
                ProcessId = lab.ProcessId,
            },
            cancellationToken));
    }
}
