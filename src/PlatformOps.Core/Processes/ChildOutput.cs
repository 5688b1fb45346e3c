namespace PlatformOps.Core.Processes;

/// <summary>A piece of a child's output as it came.</summary>
internal readonly record struct ChildOutput(bool IsError, ReadOnlyMemory<byte> Data);
