namespace PlatformOps.Lab.Hosts;

/// <summary>A running process, for pgrep and ps.</summary>
internal sealed record HostProcess(int Id, string Name, string CommandLine, string User);
