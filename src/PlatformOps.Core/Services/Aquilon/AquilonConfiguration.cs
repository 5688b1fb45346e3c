using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>The account that runs <c>aq</c>.</summary>
[Section("aquilon")]
internal sealed record AquilonConfiguration
{
    public string? Username { get; init; }

    public Secret? Password { get; init; }
}
