namespace PlatformOps.Lab.Hosts;

/// <summary>A running process, for pgrep and ps.</summary>
internal sealed record HostProcess(int Id, string Name, string CommandLine, string User)
{
    /// <summary>The process group, which is the leader's id; 0 for what nothing here started.</summary>
    public int Group { get; init; }

    /// <summary>Ends it, where something here started it.</summary>
    public CancellationTokenSource? End { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int Signal { get; set; }
}
