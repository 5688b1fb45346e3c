using System.Management.Automation;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Migration;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Migration;

/// <summary>Makes a maintenance window: when hypervisors are out of service.</summary>
/// <remarks>
/// <para>Weeks, days and holidays are those of the configuration (maintenance:) where a session is open, as they are for runs without a window; each can be given here. No session is needed.</para>
/// <para>A window begins now and ends some weeks later, in the middle of a week: an end on Friday, Saturday, Sunday or Monday is moved forward to Tuesday, and past holidays. An end that is given with -End is not moved.</para>
/// <para>Times are UTC and whole seconds. Only the object is made; nothing is changed anywhere. It may have begun already; one that is over is refused.</para>
/// </remarks>
/// <example>
/// <summary>Four weeks from now</summary>
/// <code>New-MaintenanceWindow -Weeks 4</code>
/// </example>
/// <example>
/// <summary>Not over Christmas</summary>
/// <code>
/// $year = (Get-Date).Year
/// New-MaintenanceWindow -Weeks 4 -Holiday "$year-12-22", "$year-12-23", "$year-12-24"
/// </code>
/// <para>An end on one of these days moves to the next Tuesday, Wednesday or Thursday that is no holiday.</para>
/// </example>
/// <example>
/// <summary>Until a time that was agreed on</summary>
/// <code>New-MaintenanceWindow -End (Get-Date).Date.AddDays(26).AddHours(17)</code>
/// </example>
/// <seealso cref="ImportMigrationListCommand"/>
[Cmdlet(VerbsCommon.New, "MaintenanceWindow", DefaultParameterSetName = "Weeks")]
[OutputType(typeof(MaintenanceWindow))]
public sealed class NewMaintenanceWindowCommand : SessionCmdlet
{
    /// <summary>How many weeks it lasts, before its end is moved.</summary>
    /// <value>The configuration's, or 4</value>
    [Parameter(ParameterSetName = "Weeks", Position = 0)]
    [ValidateRange(1, 52)]
    public int Weeks { get; set; }

    /// <summary>When it begins. Without an offset it is local time.</summary>
    /// <value>Now</value>
    [Parameter]
    public DateTimeOffset Start { get; set; }

    /// <summary>When it ends, exactly. Without an offset it is local time.</summary>
    [Parameter(ParameterSetName = "End", Mandatory = true)]
    public DateTimeOffset End { get; set; }

    /// <summary>The days of the week it may end on.</summary>
    /// <value>The configuration's, or Tuesday, Wednesday, Thursday</value>
    [Parameter(ParameterSetName = "Weeks")]
    [Alias("Days")]
    [ValidateNotNullOrEmpty]
    public DayOfWeek[] Day { get; set; } = [];

    /// <summary>Dates it may not end on.</summary>
    /// <value>The configuration's, or none</value>
    [Parameter(ParameterSetName = "Weeks")]
    [Alias("Holidays")]
    public DateTime[] Holiday { get; set; } = [];

    private protected override bool NeedsSession => Session is not null;

    private protected override ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var start = IsGiven(nameof(Start)) ? Start : now;
        var window = ParameterSetName == "End"
            ? MaintenanceCalendar.Exactly(start, End)
            : MaintenanceCalendar.Window(Rules(), start);
        MaintenanceCalendar.ThrowIfOver(window, now);
        return WriteObjectAsync(window);
    }

    private MaintenanceRules Rules()
    {
        var rules = (Session ?? State.CurrentSession) is { } session ? State.ScopeOf(session).Configuration.Maintenance : new MaintenanceRules();
        return rules with
        {
            Weeks = IsGiven(nameof(Weeks)) ? Weeks : rules.Weeks,
            Days = IsGiven(nameof(Day)) ? Day : rules.Days,
            Holidays = IsGiven(nameof(Holiday)) ? [.. Holiday.Select(DateOnly.FromDateTime)] : rules.Holidays,
        };
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
