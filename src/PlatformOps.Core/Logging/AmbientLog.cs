namespace PlatformOps.Core.Logging;

/// <summary>The log of whoever is at work on this flow of control, so that the pipelines that all targets share (HTTP, SSH) write each call to the right one.</summary>
internal static class AmbientLog
{
    private static readonly AsyncLocal<IActionLog?> Log = new();

    public static IActionLog? Current
    {
        get => Log.Value;
        set => Log.Value = value;
    }
}
