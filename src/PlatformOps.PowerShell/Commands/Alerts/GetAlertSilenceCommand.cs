using System.Management.Automation;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>Gets silences (Alertmanager): which alerts are kept from being sent, by whom, why and until when.</summary>
/// <remarks>
/// <para>A silence that PlatformOps made carries a claim behind its comment: IsOurs, Owner, RunId and TicketId say what it tells. One without a claim was made by a person. Those in force or to come are shown; with -State Expired the ended ones, which Alertmanager forgets after a while.</para>
/// <para>The silences of a hypervisor are those that name it in a label that names machines, by its name or by a pattern that takes it. What keeps an alert quiet without naming its machine is found by the alert: Get-Alert pipes on. A name that none has, and that no service that lists machines (NetBox, Nova) knows, is warned of.</para>
/// </remarks>
/// <example>
/// <summary>What is silenced about the hypervisors of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-AlertSilence</code>
/// </example>
/// <example>
/// <summary>Keep what you silenced silenced for another day, every day</summary>
/// <code>Get-AlertSilence -Mine -ExpiresWithin 24h | Set-AlertSilence -Extend 24h -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>What ended lately</summary>
/// <code>Get-AlertSilence -State Expired | Format-List Matchers, EndsAt, CreatedBy, Comment, Url</code>
/// </example>
/// <seealso cref="NewAlertSilenceCommand"/>
/// <seealso cref="SetAlertSilenceCommand"/>
/// <seealso cref="RemoveAlertSilenceCommand"/>
[Cmdlet(VerbsCommon.Get, "AlertSilence")]
[OutputType(typeof(AlertSilence))]
public sealed class GetAlertSilenceCommand : AlertReadCmdlet
{
    private IReadOnlyList<AlertSilence>? _all;

    /// <summary>The hypervisors, by name or pattern, or objects with a HypervisorName; an id of a silence will do, too. All silences where it is left out.</summary>
    /// <value>All silences, also those of no machine</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), AllowsWildcards = true, AllowsNone = true)]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    [AllowNull]
    public string?[]? HypervisorName { get; set; }

    /// <summary>The silences by their ids, or objects with a SilenceId; of alerts those that suppress them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("SilencedBy")]
    [SilenceIdTransformation]
    [ArgumentCompleter(typeof(SilenceCompleter))]
    [AllowEmptyCollection]
    public string[]? SilenceId { get; set; }

    /// <summary>Only silences in one of these states.</summary>
    /// <value>Active, Pending; any with -SilenceId</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public new AlertSilenceState[]? State { get; set; }

    /// <summary>Only those that you claimed.</summary>
    [Parameter]
    public SwitchParameter Mine { get; set; }

    /// <summary>Only those in force that end within this time, such as 24h or 3d.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? ExpiresWithin { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var alertmanager = Scope.Get<AlertmanagerClient>();
        // What looks like an id is one, wherever it stands: no machine is called so.
        var ids = SilenceId ?? HypervisorName?.OfType<string>().Where(name => Guid.TryParseExact(name, "D", out _)).ToArray() ?? [];
        await EachAsync(ids, async id =>
        {
            var silence = (await alertmanager.SilenceAsync(id, cancellationToken)).Silence;
            if (Wanted(silence, byId: true))
                await WriteObjectAsync(silence);
        });
        var names = HypervisorName?.OfType<string>().Except(ids).ToList();
        if (SilenceId is not null || names is { Count: 0 })
            return;
        _all ??= await alertmanager.SilencesAsync(cancellationToken);
        if (names is null)
            await WriteObjectsAsync(_all.Where(silence => Wanted(silence, byId: false)));
        else
            await EachAsync(names, async name =>
            {
                var own = Of(alertmanager, name).ToList();
                if (own.Count == 0)
                    await WarnOfUnknownAsync(name, "no silence", cancellationToken);
                await WriteObjectsAsync(own.Where(silence => Wanted(silence, byId: false)));
            });
    }

    private IEnumerable<AlertSilence> Of(AlertmanagerClient alertmanager, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
            return _all!.Where(silence => alertmanager.Hosts.Names(silence, name)).Select(silence => silence with { HypervisorName = name });
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return _all!.Where(silence => silence.HypervisorName is { } host && pattern.IsMatch(host));
    }

    private bool Wanted(AlertSilence silence, bool byId)
        => (State?.Contains(silence.State) ?? (byId || silence.State != AlertSilenceState.Expired))
            && (!Mine || (silence.IsOurs && silence.Owner == Claim.NameOf(SessionScope.Person)))
            && (ExpiresWithin is not { } time || (silence.State == AlertSilenceState.Active && silence.EndsAt - Scope.Time.GetUtcNow() <= time));
}
