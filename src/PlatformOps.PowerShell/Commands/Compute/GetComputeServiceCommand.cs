using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Compute;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Compute;

/// <summary>Gets the nova-compute services: enabled or disabled, why, and whose they are.</summary>
/// <remarks>
/// <para>A service that PlatformOps disabled carries a claim behind its reason: IsOurs, Owner, RunId and TicketId say what it tells. One without a claim was disabled by a person.</para>
/// <para>However many names come, Nova is asked for one list. What came with a ticket keeps it, so that it pipes on.</para>
/// </remarks>
/// <example>
/// <summary>What is out of service, and why</summary>
/// <code>Get-ComputeService -Status disabled | Format-List HypervisorName, Owner, TicketId, DisabledReason</code>
/// </example>
/// <example>
/// <summary>Give back all that you claimed</summary>
/// <code>Get-ComputeService -Mine | Enable-ComputeService -WhatIf</code>
/// </example>
/// <seealso cref="DisableComputeServiceCommand"/>
/// <seealso cref="EnableComputeServiceCommand"/>
[Cmdlet(VerbsCommon.Get, "ComputeService")]
[OutputType(typeof(ComputeService))]
public sealed class GetComputeServiceCommand : SessionCmdlet
{
    private IReadOnlyList<ComputeService>? _all;

    /// <summary>The hypervisors, by name or pattern, or objects with a HypervisorName. All where it is left out.</summary>
    /// <value>All services</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), AllowsWildcards = true)]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = ["*"];

    /// <summary>The ticket of the hypervisor; kept where the service's claim names none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Only those with one of these statuses.</summary>
    /// <value>Any status</value>
    [Parameter]
    [ValidateSet("enabled", "disabled", "unknown")]
    public string[]? Status { get; set; }

    /// <summary>Only those that Nova hears of (up), or does not (down).</summary>
    /// <value>Any state</value>
    [Parameter]
    [ValidateSet("up", "down", "unknown")]
    public new string[]? State { get; set; }

    /// <summary>Only those that you claimed.</summary>
    [Parameter]
    public SwitchParameter Mine { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var nova = Scope.Get<NovaClient>();
        _all ??= await nova.ServicesAsync(cancellationToken);
        await EachAsync(HypervisorName, name => WriteObjectsAsync(Named(nova, name).Where(Wanted)));
    }

    private IEnumerable<ComputeService> Named(NovaClient nova, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            var service = nova.Pick(name, _all!);
            return [service with { HypervisorName = name, TicketId = service.TicketId ?? (string.IsNullOrEmpty(TicketId) ? null : TicketId) }];
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return _all!.Where(service => pattern.IsMatch(service.HypervisorName)).OrderBy(service => service.HypervisorName, StringComparer.OrdinalIgnoreCase);
    }

    private bool Wanted(ComputeService service)
        => Status?.Contains(service.Status, StringComparer.OrdinalIgnoreCase) != false
            && State?.Contains(service.State, StringComparer.OrdinalIgnoreCase) != false
            && (!Mine || (service.IsOurs && service.Owner == Claim.NameOf(SessionScope.Person)));
}
