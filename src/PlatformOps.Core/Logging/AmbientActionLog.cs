namespace PlatformOps.Core.Logging;

/// <summary>Writes to the log of whoever is at work on this flow of control: for a client that all targets share.</summary>
internal sealed class AmbientActionLog : IActionLog
{
    public static AmbientActionLog Instance { get; } = new();

    public void Write(string source, string message) => AmbientLog.Current?.Write(source, message);
}
