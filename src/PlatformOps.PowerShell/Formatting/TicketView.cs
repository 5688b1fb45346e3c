using PlatformOps.Tickets;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the views of tickets show: called from PlatformOps.Format.ps1xml.</summary>
public static class TicketView
{
    /// <summary>The comments, the oldest first: when and who, and the text below.</summary>
    public static string Comments(Ticket? ticket) => ticket?.Comments is not { Length: > 0 } comments
        ? "none"
        : string.Join("\n\n", comments.Select(comment => $"{Cell.Time(comment.Created)} {StepView.OneLine(comment.Author)}:\n{string.Join('\n', comment.Text.Trim().ReplaceLineEndings("\n").Split('\n').Select(line => "  " + StepView.OneLine(line)))}"));
}
