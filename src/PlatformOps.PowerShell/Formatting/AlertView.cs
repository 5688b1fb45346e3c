using PlatformOps.Alerts;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the tables of alerts and silences show: called from PlatformOps.Format.ps1xml.</summary>
public static class AlertView
{
    /// <summary>The state in its colour, or as it is where the host shows none.</summary>
    public static string State(AlertState state, bool colours) => StepView.Colour(state.ToString(), colours, state switch
    {
        AlertState.Active => "31",
        AlertState.Suppressed => "36",
        _ => "33",
    });

    /// <summary>The state of a silence in its colour.</summary>
    public static string State(AlertSilenceState state, bool colours) => StepView.Colour(state.ToString(), colours, state switch
    {
        AlertSilenceState.Active => "32",
        AlertSilenceState.Pending => "36",
        _ => null,
    });

    /// <summary>How long an alert fires, in at most seven characters.</summary>
    public static string Age(Alert? alert) => alert is null ? "" : StepView.Duration(TimeProvider.System.GetUtcNow() is var now && now > alert.StartsAt ? now - alert.StartsAt : TimeSpan.Zero);

    /// <summary>Whose a silence is: its owner, or in brackets whoever says to have made it.</summary>
    public static string Owner(AlertSilence? silence) => silence switch
    {
        null => "",
        { IsOurs: true } => silence.Owner ?? "",
        _ => $"({StepView.OneLine(silence.CreatedBy)})",
    };

    /// <summary>What alerts have to match, without quotes and what they need.</summary>
    public static string Matchers(AlertSilence? silence)
        => silence is null ? "" : StepView.OneLine(string.Join(", ", silence.Matchers.Select(matcher => $"{matcher.Name}{(matcher.IsEqual ? matcher.IsRegex ? "=~" : "=" : matcher.IsRegex ? "!~" : "!=")}{matcher.Value}")));
}
