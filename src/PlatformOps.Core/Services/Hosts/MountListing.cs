using System.Text;
using System.Text.Json;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What <c>findmnt -J -l</c> prints of everything that is mounted.</summary>
internal static class MountListing
{
    /// <exception cref="Errors.RemoteHostException">findmnt failed: there is always a root, so an empty answer fails too.</exception>
    /// <exception cref="FormatException">It printed something else.</exception>
    public static async Task<IReadOnlyList<Mount>> ReadAsync(RemoteHost host, CancellationToken cancellationToken)
        => Parse(Encoding.UTF8.GetString((await host.ReadAsync(["findmnt", "-J", "-l", "-o", "TARGET,SOURCE,FSTYPE"], cancellationToken)).OutputBytes.Span));

    /// <exception cref="FormatException">It is no such listing, or lists no root.</exception>
    public static IReadOnlyList<Mount> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            var mounts = document.RootElement.GetProperty("filesystems").EnumerateArray()
                .Select(row => new Mount(Text(row, "target"), Text(row, "source"), Text(row, "fstype"))).ToList();
            return mounts.Exists(mount => mount.Target == "/") ? mounts : throw new FormatException("findmnt printed a list without the root.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"findmnt printed something that is not its JSON: {error.Message}", error);
        }
    }

    private static string Text(JsonElement row, string name) => OutputText.Line(row.GetProperty(name).GetString() ?? "", 4096);
}
