using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Gets hosts from Aquilon with their machines: build status, branch, personality, operating system, interfaces, disks.</summary>
/// <remarks>
/// <para>A hypervisor is found by the names that host-identity in the configuration gives it, and must be there exactly once. Patterns find among the hosts of the configured archetype.</para>
/// <para>Aquilon is asked by its client aq, over SSH on the host that aquilon.host names. What came with a ticket keeps it, so that it pipes on.</para>
/// </remarks>
/// <example>
/// <summary>The hosts of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-AquilonHost</code>
/// </example>
/// <example>
/// <summary>The interfaces of one host</summary>
/// <code>(Get-AquilonHost hv01.lab.example).Interfaces</code>
/// </example>
/// <example>
/// <summary>Which hosts are in which build status</summary>
/// <code>Get-AquilonHost hv* | Group-Object BuildStatus</code>
/// </example>
/// <seealso cref="SetAquilonHostCommand"/>
/// <seealso cref="ResetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Get, "AquilonHost")]
[OutputType(typeof(AquilonHost))]
public sealed class GetAquilonHostCommand : FanOutCmdlet<(string Name, string? TicketId)>
{
    /// <summary>The hypervisors, by name or pattern, or objects with a HypervisorName or HostName. All hosts where it is left out.</summary>
    /// <value>All hosts</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [TargetNameTransformation(nameof(HypervisorName), "HostName", AllowsWildcards = true)]
    [ArgumentCompleter(typeof(AquilonHostCompleter))]
    public string[] HypervisorName { get; set; } = ["*"];

    /// <summary>The ticket of the hypervisor, which the host then carries.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    private protected override string? NameOf((string Name, string? TicketId) input) => input.Name;

    private protected override IEnumerable<(string Name, string? TicketId)> Inputs() => HypervisorName.Select(name => (name, string.IsNullOrEmpty(TicketId) ? null : TicketId));

    private protected override async ValueTask ProcessAsync((string Name, string? TicketId) input, CancellationToken cancellationToken)
    {
        var aquilon = Scope.Get<AquilonClient>();
        if (!WildcardPattern.ContainsWildcardCharacters(input.Name))
        {
            await WriteObjectAsync(await aquilon.HostAsync(input.Name, cancellationToken) with { TicketId = input.TicketId });
            return;
        }

        var pattern = WildcardPattern.Get(input.Name, WildcardOptions.IgnoreCase);
        foreach (var name in (await aquilon.HostNamesAsync(cancellationToken)).Where(pattern.IsMatch).Order(StringComparer.OrdinalIgnoreCase))
        {
            try
            {
                await WriteObjectAsync(await aquilon.HostAsync(name, cancellationToken) with { TicketId = input.TicketId });
            }
            catch (ObjectNotFoundException)
            {
                // It went since the list was made.
            }
        }
    }
}
