namespace PlatformOps.Lab.Services.Aquilon;

/// <summary>The broker's answer where a command fails: an HTTP status and a sentence.</summary>
internal sealed class BrokerRefusal(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static BrokerRefusal NotFound(string what) => new(404, $"{what} not found.");

    public static BrokerRefusal Bad(string message) => new(400, message);
}
