using System.Management.Automation;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Errors;
using PlatformOps.Kayobe;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Kayobe;

/// <summary>Runs a command of Kayobe on its control host, for all given hosts in one limit.</summary>
/// <remarks>
/// <para>There is always a limit, made of the hosts that came: without one, or with an empty one, Kayobe works on the whole fleet. Each name must be one that Kayobe's inventory resolves to just this host; patterns, groups, all and localhost are refused before anything is sent. Kolla Ansible gets the same limit, in the options that the installed version has for it. No host at all is an error.</para>
/// <para>Commands that deprovision, destroy or stop are refused: they take hosts or services away, with one wrong limit all of them, and some of them ask for nothing but a variable. So are options: a limit, an inventory or a configuration path of one's own would get past the above.</para>
/// <para>What comes out is each host's line of the PLAY RECAP. The command goes on by itself on the control host: Ctrl-C or a lost connection leaves it running. The same call in the same session waits for its end; while it runs, others on these hosts are refused, unless Get-OpsStep -Open | Resolve-OpsStep says what came of it. -Verbose shows the output as it comes; it is in the run's log too.</para>
/// </remarks>
/// <example>
/// <summary>Configure two hosts, unattended</summary>
/// <code>Invoke-KayobeCommand -Command overcloud, host, configure -Limit hv01.lab.example, hv02.lab.example -ExtraVar @{ selinux_do_reboot = $true } -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what would be deployed to the hosts of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Invoke-KayobeCommand -Command overcloud, service, deploy -Tag nova -WhatIf</code>
/// </example>
/// <seealso cref="InvokeKayobePlaybookCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "KayobeCommand", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(KayobeHostResult), typeof(StepRecord))]
public sealed class InvokeKayobeCommandCommand : KayobeCmdlet
{
    private readonly List<string> _hosts = [];

    /// <summary>The command word by word, without options: overcloud, service, deploy.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(KayobeWordCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Command { get; set; } = [];

    /// <summary>The hosts, by name, or objects with a HostName or HypervisorName; all of them go into one limit.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "HypervisorName")]
    [TargetNameTransformation("HostName", "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] Limit { get; set; } = [];

    /// <summary>Only what has one of these tags, of Kolla Ansible where the command runs that.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(KayobeTagCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
        => Parameters().Problems().FirstOrDefault() is { } problem ? throw new RefusedException(problem) : default;

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        _hosts.AddRange(Limit.Where(host => !_hosts.Contains(host, StringComparer.OrdinalIgnoreCase)));
        return default;
    }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_hosts.Count == 0)
                throw new RefusedException("No host came to limit Kayobe to, and without a limit it works on all of them. Nothing was sent.");
            await RunAsync(call => new RunKayobeCommand((KayobeCall)call), string.Join(' ', Command), Parameters(), _hosts, cancellationToken);
        }
        catch (OpsException e) when (!EndsPipeline(e))
        {
            await WriteErrorAsync(e, string.Join(", ", _hosts));
        }
    }

    private RunKayobeCommandParameters Parameters() => new() { Command = Command, Tags = Tag, Vars = Variables() };
}
