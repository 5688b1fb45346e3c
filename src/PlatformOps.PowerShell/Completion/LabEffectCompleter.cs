namespace PlatformOps.PowerShell.Completion;

/// <summary>The effects that faults of a lab have.</summary>
public sealed class LabEffectCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() =>
    [
        new("status:503", "answers with this HTTP status and does nothing"),
        new("delay:5", "answers so many seconds late"),
        new("reset", "closes the connection, and has not done what was asked"),
        new("reset-after-commit", "does what was asked, and closes the connection without an answer"),
        new("garbage", "does what was asked, and answers with bytes that mean nothing"),
        new("html", "answers with a login page (200) and does nothing"),
        new("truncate", "does what was asked, and ends in the middle of the answer"),
        new("token-expired", "refuses the token until there is a new one"),
        new("ssh-refused", "refuses the connection"),
        new("ssh-drop", "runs the command, and drops the connection without its exit status"),
        new("ssh-auth", "refuses the key"),
        new("ssh-hang", "says nothing and never ends"),
        new("disk-full", "lets nothing be written on the host"),
    ];
}
