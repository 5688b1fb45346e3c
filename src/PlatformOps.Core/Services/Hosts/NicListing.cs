using System.Text.Json;
using PlatformOps.Core.Ssh;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What <c>ip -j link</c> prints.</summary>
internal static class NicListing
{
    /// <exception cref="FormatException">It is no such listing.</exception>
    public static RemoteNic[] Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            var nics = new List<RemoteNic>();
            foreach (var link in document.RootElement.EnumerateArray())
            {
                // Without an address or a name ip prints an empty object.
                if (link.TryGetProperty("ifname", out var name) && link.TryGetProperty("address", out var address)
                    && (!link.TryGetProperty("link_type", out var type) || type.GetString() is "ether" or "infiniband"))
                    nics.Add(new RemoteNic(OutputText.Line(name.GetString() ?? ""), OutputText.Line(address.GetString() ?? "").ToLowerInvariant()));
            }

            return [.. nics];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"ip printed something that is not its JSON: {error.Message}", error);
        }
    }
}
