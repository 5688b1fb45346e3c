namespace PlatformOps.Core.Logging;

/// <summary>Where a plan's reads are not written down.</summary>
internal sealed class SilentLog : IActionLog
{
    public static SilentLog Instance { get; } = new();

    public void Write(string source, string message)
    {
    }
}
