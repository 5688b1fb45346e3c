using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>A host in Aquilon as far as it matters whether it is there, and whether it is still the same.</summary>
/// <param name="HostName">Null where there is none.</param>
/// <param name="MachineName">The machine that it is on.</param>
/// <param name="BuildStatus">Where it is in its life.</param>
/// <param name="Digest">Of all that Aquilon tells of it: another one is another host, or one that somebody worked on.</param>
/// <param name="AwaitsInstallation">It was imported as it is wanted, and is not installed yet; only where somebody asked.</param>
internal sealed record AquilonHostState(string? HostName, string? MachineName, string? BuildStatus, string? Digest, bool AwaitsInstallation = false)
{
    [JsonIgnore]
    public bool IsThere => HostName is not null;

    public static AquilonHostState Of(AquilonHost? host) => host is null
        ? new(null, null, null, null)
        : new(host.HostName, host.MachineName, host.BuildStatus, Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(host with { HypervisorName = null, TicketId = null }, ActionJson.Options)).AsSpan(0, 8)).ToLowerInvariant());

    public override string ToString() => IsThere ? $"on machine {MachineName}, {BuildStatus}{(AwaitsInstallation ? ", imported and not installed yet (Reset-AquilonHost imports it once more)" : "")}" : "no host";
}
