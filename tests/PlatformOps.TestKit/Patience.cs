namespace PlatformOps.TestKit;

/// <summary>How long tests wait for what others do before they call it lost: it costs nothing where all is well.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(90);
}
