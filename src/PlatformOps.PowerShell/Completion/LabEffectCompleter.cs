namespace PlatformOps.PowerShell.Completion;

/// <summary>The effects that faults of a lab have.</summary>
public sealed class LabEffectCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() =>
    [
        new("status:503", "answers with this HTTP status instead"),
        new("delay:5", "answers so many seconds late"),
        new("reset", "closes the connection, and has not done what was asked"),
        new("reset-after-commit", "does what was asked, and closes the connection without an answer"),
        new("garbage", "answers with bytes that mean nothing"),
        new("html", "answers with a proxy's error page"),
        new("truncate", "ends in the middle of the answer"),
        new("token-expired", "refuses the token"),
        new("ssh-refused", "refuses the connection"),
        new("ssh-drop", "drops the connection while the command runs"),
        new("ssh-auth", "refuses the key"),
        new("ssh-hang", "never answers"),
        new("disk-full", "has no space left"),
    ];
}
