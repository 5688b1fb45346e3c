namespace PlatformOps.Core.Ssh;

/// <summary>A piece of output as it came.</summary>
internal readonly record struct SshOutput(bool IsError, ReadOnlyMemory<byte> Data);
