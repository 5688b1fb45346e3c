namespace PlatformOps.Core.Ssh;

/// <summary>A piece of output as it came. The data is valid during the call only.</summary>
internal readonly record struct SshOutput(bool IsError, ReadOnlyMemory<byte> Data);
