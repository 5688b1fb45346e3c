using System.Management.Automation;
using PlatformOps.Core.Labs;
using PlatformOps.Labs;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Starts a lab: emulated services with state on this machine, to rehearse on.</summary>
/// <remarks>
/// <para>The lab has hypervisors with virtual machines, and answers as OpenStack, NetBox, Jira, Alertmanager and the other services do. It is reached on loopback only, and its configuration is ready for Connect-PlatformOps.</para>
/// <para>It runs in a process of its own, needs the ASP.NET Core runtime 8.0 or later, and ends with Stop-OpsLab or with this PowerShell session.</para>
/// </remarks>
/// <example>
/// <summary>Connect to a lab and read its list</summary>
/// <code>
/// $lab = Start-OpsLab
/// Connect-PlatformOps $lab.ConfigurationPath
/// Import-MigrationList $lab.ListPath
/// </code>
/// </example>
/// <example>
/// <summary>A small lab where time runs 600 times as fast</summary>
/// <code>Start-OpsLab -Hypervisor 3 -Vm 20 -Seed 7 -Speed 600 -Confirm:$false</code>
/// <para>The same seed gives the same world.</para>
/// </example>
/// <seealso cref="StopOpsLabCommand"/>
/// <seealso cref="AddOpsLabFaultCommand"/>
[Cmdlet(VerbsLifecycle.Start, "OpsLab", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(OpsLab))]
public sealed class StartOpsLabCommand : AsyncCmdlet
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How many hypervisors it has.</summary>
    /// <value>12</value>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int Hypervisor { get; set; } = 12;

    /// <summary>How many virtual machines are spread over them.</summary>
    /// <value>200</value>
    [Parameter]
    [ValidateRange(0, 100_000)]
    public int Vm { get; set; } = 200;

    /// <summary>What its random choices begin with: the same seed gives the same world.</summary>
    /// <value>1</value>
    [Parameter]
    public int Seed { get; set; } = 1;

    /// <summary>How many lab seconds pass in one second.</summary>
    /// <value>60</value>
    [Parameter]
    [ValidateRange(1.0, 100_000.0)]
    public double Speed { get; set; } = 60;

    /// <summary>A YAML file with the world, instead of a made-up one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? World { get; set; }

    /// <summary>Which Jira its configuration points at; both are served.</summary>
    /// <value>DataCenter</value>
    [Parameter]
    [ValidateSet("DataCenter", "Cloud")]
    public string? Jira { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var state = OpsRunspace.Current;
        var world = World is null ? null : this.FilePath(World);
        if (!await ShouldProcessAsync($"{Hypervisor} hypervisors, {Vm} virtual machines", "Start a lab"))
            return;
        using var progress = StartProgress("Starting the lab");
        progress.Report($"{Hypervisor} hypervisors, {Vm} virtual machines");
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(typeof(StartOpsLabCommand).Assembly.Location))!;
        var lab = await LabProcess.StartAsync(
            Path.Combine(folder, "lab", "PlatformOps.Runner.dll"),
            new LabStart
            {
                Hypervisors = Bound(nameof(Hypervisor)) || World is null ? Hypervisor : null,
                VirtualMachines = Bound(nameof(Vm)) || World is null ? Vm : null,
                Seed = Seed,
                Speed = Speed,
                WorldFile = world,
                Jira = Jira == "DataCenter" ? "data-center" : Jira?.ToLowerInvariant(),
            },
            Patience,
            Time,
            cancellationToken);
        state.Own(lab);
        await WriteObjectAsync(lab.Lab);
    }

    private bool Bound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
