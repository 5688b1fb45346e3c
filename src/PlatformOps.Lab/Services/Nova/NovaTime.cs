namespace PlatformOps.Lab.Services.Nova;

/// <summary>Nova writes some times with microseconds and no zone, others in whole seconds with a Z.</summary>
internal static class NovaTime
{
    public static string Micro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    public static string Second(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
