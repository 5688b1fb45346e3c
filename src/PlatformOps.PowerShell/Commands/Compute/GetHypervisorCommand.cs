using System.Management.Automation;
using PlatformOps.Compute;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Compute;

/// <summary>Gets hypervisors and where they are on their way: in service, draining, drained, down.</summary>
/// <remarks>
/// <para>Without a name all of them. The states are Running, Empty, Draining, Drained, Rebooted, Disabled (by a person), Down and Unknown; what PlatformOps disabled is told from what a person disabled by the claim in the reason.</para>
/// <para>A name may be the hypervisor's own or its service's host, and what host-identity in the configuration makes of it. However many names come, Nova is asked for one list.</para>
/// </remarks>
/// <example>
/// <summary>The hypervisors whose names match</summary>
/// <code>Get-Hypervisor hv0*</code>
/// </example>
/// <example>
/// <summary>Those of a list that are in service, the emptiest first</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-Hypervisor -State Running, Empty | Sort-Object ServerCount</code>
/// </example>
/// <seealso cref="GetComputeServiceCommand"/>
[Cmdlet(VerbsCommon.Get, "Hypervisor")]
[OutputType(typeof(Hypervisor))]
public sealed class GetHypervisorCommand : SessionCmdlet
{
    private IReadOnlyList<Hypervisor>? _all;

    /// <summary>Their names or patterns, or objects with a HypervisorName. All where it is left out.</summary>
    /// <value>All hypervisors</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), AllowsWildcards = true)]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = ["*"];

    /// <summary>Only those in one of these states.</summary>
    /// <value>Any state</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public new HypervisorState[]? State { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var nova = Scope.Get<NovaClient>();
        _all ??= await nova.HypervisorsAsync(cancellationToken);
        await EachAsync(HypervisorName, name => WriteObjectsAsync(Named(nova, name).Where(hypervisor => State?.Contains(hypervisor.State) != false)));
    }

    private IEnumerable<Hypervisor> Named(NovaClient nova, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
            return [nova.Pick(name, _all!)];
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return _all!.Where(hypervisor => pattern.IsMatch(hypervisor.HypervisorName)).OrderBy(hypervisor => hypervisor.HypervisorName, StringComparer.OrdinalIgnoreCase);
    }
}
