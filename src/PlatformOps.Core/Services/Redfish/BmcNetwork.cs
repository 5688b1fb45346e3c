using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>Controllers that are reached in a way of their own.</summary>
internal sealed record BmcNetwork
{
    /// <summary>Patterns of their addresses: <c>*</c> is any text, <c>?</c> any character.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>How they are reached.</summary>
    public required HttpSettings Http { get; init; }

    public bool Has(string address) => Addresses.Any(pattern => NamePattern.Matches(pattern, address));
}
