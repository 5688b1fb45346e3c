namespace PlatformOps.Core.Runbooks;

/// <summary>How to go on with a run.</summary>
internal sealed record ResumeOptions(string Person)
{
    /// <summary>Lets a run that waits for a person go on, and records who let it.</summary>
    public bool Approve { get; init; }

    /// <summary>Takes over what another claimed.</summary>
    public string? TakeOverReason { get; init; }

    public int? ThrottleLimit { get; init; }

    /// <summary>Is told what a person should know before the run goes on.</summary>
    public Action<string>? OnWarning { get; init; }
}
