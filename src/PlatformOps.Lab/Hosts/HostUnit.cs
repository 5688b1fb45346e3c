namespace PlatformOps.Lab.Hosts;

/// <summary>A systemd service, one that the image has or one that systemd-run made.</summary>
internal sealed class HostUnit
{
    public required string Name { get; init; }

    public bool IsTransient { get; init; }

    public bool RemainsAfterExit { get; init; }

    /// <summary>--collect: forgotten even when it failed.</summary>
    public bool IsCollected { get; init; }

    public string ActiveState { get; set; } = "active";

    public string SubState { get; set; } = "running";

    public string Result { get; set; } = "success";

    public int ExitStatus { get; set; }

    public bool HasExited { get; set; }

    public int MainPid { get; set; }

    public string Enabled { get; set; } = "enabled";

    public required string InvocationId { get; init; }

    public StringBuilder Output { get; } = new();

    public CancellationTokenSource Stop { get; } = new();

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
