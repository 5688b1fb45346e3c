namespace PlatformOps.Core.Services.Prometheus;

/// <summary>What Prometheus scrapes of a machine.</summary>
/// <param name="Job">Its job.</param>
/// <param name="Instance">The value of the label that names the machine.</param>
/// <param name="IsUp">Whether the last scrape succeeded.</param>
internal sealed record ScrapeTarget(string Job, string Instance, bool IsUp)
{
    public override string ToString() => $"{Job} {Instance}";
}
