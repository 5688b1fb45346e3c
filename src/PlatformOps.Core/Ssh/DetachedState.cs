namespace PlatformOps.Core.Ssh;

/// <summary>What a host tells about a detached run.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="ExitStatus">How it ended, where it did by itself.</param>
/// <param name="Lost">Why nobody knows how it ended, as <see cref="SshResult.Lost"/>; null where it is known, or runs.</param>
internal sealed record DetachedState(DetachedPhase Phase, int? ExitStatus = null, string? Lost = null);
