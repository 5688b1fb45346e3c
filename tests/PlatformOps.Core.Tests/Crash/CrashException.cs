namespace PlatformOps.Core.Tests.Crash;

/// <summary>A crash left something that is not as without it.</summary>
internal sealed class CrashException(string message) : Exception(message);
