using System.Management.Automation;
using PlatformOps.Alerts;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>Gets the alerts that fire (Alertmanager), suppressed ones included.</summary>
/// <remarks>
/// <para>A silence or another alert that suppresses an alert keeps it from being sent; it goes on firing, and is shown. SilencedBy has the silences, and pipes on to Get-AlertSilence.</para>
/// <para>The alerts of a hypervisor are those whose labels name it as alertmanager.matchers in the configuration say, by any of the names of host-identity. However many names come, Alertmanager is asked for one list. A name that none has, and that no service that lists machines (NetBox, Nova) knows, is warned of.</para>
/// </remarks>
/// <example>
/// <summary>What fires about the hypervisors of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-Alert</code>
/// </example>
/// <example>
/// <summary>What reaches people now, the oldest first</summary>
/// <code>Get-Alert -State Active -Severity critical, warning | Sort-Object StartsAt</code>
/// </example>
/// <example>
/// <summary>The silences that keep alerts of one cluster quiet</summary>
/// <code>Get-Alert -Matcher 'job="node"' -State Suppressed | Get-AlertSilence</code>
/// </example>
/// <seealso cref="GetAlertSilenceCommand"/>
/// <seealso cref="NewAlertSilenceCommand"/>
[Cmdlet(VerbsCommon.Get, "Alert")]
[OutputType(typeof(Alert))]
public sealed class GetAlertCommand : AlertReadCmdlet
{
    private IReadOnlyList<Alert>? _all;

    /// <summary>The hypervisors, by name or pattern, or objects with a HypervisorName. All alerts where it is left out.</summary>
    /// <value>All alerts, also those of no machine</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), AllowsWildcards = true)]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? HypervisorName { get; set; }

    /// <summary>Only alerts of these names or patterns.</summary>
    /// <value>Any name</value>
    [Parameter]
    [ArgumentCompleter(typeof(AlertNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? AlertName { get; set; }

    /// <summary>Only alerts in one of these states.</summary>
    /// <value>Any state</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public new AlertState[]? State { get; set; }

    /// <summary>Only alerts of one of these severities.</summary>
    /// <value>Any severity</value>
    [Parameter]
    [ArgumentCompleter(typeof(SeverityCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Severity { get; set; }

    /// <summary>Only alerts that match all of these, such as 'job="node"' or 'instance=~"hv0.*"'.</summary>
    /// <value>Any label</value>
    [Parameter]
    [MatcherTransformation]
    [ValidateNotNullOrEmpty]
    public string[]? Matcher { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var alertmanager = Scope.Get<AlertmanagerClient>();
        _all ??= await alertmanager.AlertsAsync([.. (Matcher ?? []).SelectMany(text => MatcherText.TryParse(text)!)], cancellationToken);
        if (HypervisorName is null)
            await WriteObjectsAsync(_all.Where(Wanted));
        else
            await EachAsync(HypervisorName, async name =>
            {
                var own = Of(alertmanager, name).ToList();
                if (own.Count == 0 && Matcher is null)
                    await WarnOfUnknownAsync(name, "no alert", cancellationToken);
                await WriteObjectsAsync(own.Where(Wanted));
            });
    }

    private IEnumerable<Alert> Of(AlertmanagerClient alertmanager, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
            return _all!.Where(alert => alertmanager.Hosts.AreOf(alert.Labels, name)).Select(alert => alert with { HypervisorName = name });
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return _all!.Where(alert => alert.HypervisorName is { } host && pattern.IsMatch(host));
    }

    private bool Wanted(Alert alert)
        => State?.Contains(alert.State) != false
            && Severity?.Contains(alert.Severity ?? "", StringComparer.OrdinalIgnoreCase) != false
            && AlertName?.Any(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(alert.AlertName)) != false;
}
