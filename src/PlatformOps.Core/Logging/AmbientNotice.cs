namespace PlatformOps.Core.Logging;

/// <summary>Whoever waits in front of this flow of control: told, by the pipelines that all share, which service keeps them waiting.</summary>
internal static class AmbientNotice
{
    private static readonly AsyncLocal<Action<string, string>?> Notice = new();

    /// <summary>Takes the service and what to tell of it, on any thread.</summary>
    public static Action<string, string>? Current
    {
        get => Notice.Value;
        set => Notice.Value = value;
    }
}
