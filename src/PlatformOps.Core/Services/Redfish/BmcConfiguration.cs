using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>The <c>bmc:</c> section: management controllers that speak Redfish.</summary>
[Section("bmc")]
internal sealed record BmcConfiguration : ICheckedRecord
{
    private const string Address = "${address}";

    /// <summary>The account, the same at every controller.</summary>
    public required string Username { get; init; }

    public required Secret Password { get; init; }

    /// <summary>Where a controller's Redfish service is, without <c>/redfish</c>; <c>${address}</c> is what the inventory says.</summary>
    public string AddressPattern { get; init; } = $"https://{Address}";

    /// <summary>How to log in: by default a session where the controller has them, else basic.</summary>
    public BmcLogin? Login { get; init; }

    /// <summary>By address, the SHA-256 thumbprint of the only certificate to accept there: for self-signed ones.</summary>
    public IReadOnlyDictionary<string, string> Thumbprints { get; init; } = new Dictionary<string, string>();

    /// <summary>Networks that are reached in another way than the rest, such as through a proxy; the first that has an address counts.</summary>
    public IReadOnlyList<BmcNetwork> Networks { get; init; } = [];

    /// <summary>How to reach them, instead of the file's <c>http:</c>.</summary>
    public HttpSettings? Http { get; init; }

    /// <summary>Where the controller at an address is.</summary>
    public Uri UrlOf(string address) => new(AddressPattern.Replace(Address, address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address, StringComparison.Ordinal).TrimEnd('/') + "/");

    /// <summary>How the controller at an address is reached; null for the file's <c>http:</c>.</summary>
    public HttpSettings? SettingsOf(string address, HttpSettings? general)
    {
        var settings = Networks.FirstOrDefault(network => network.Has(address))?.Http ?? Http;
        var pin = Thumbprints.FirstOrDefault(pair => string.Equals(pair.Key, address, StringComparison.OrdinalIgnoreCase)).Value;
        return pin is null ? settings : (settings ?? general ?? new HttpSettings()) with { Thumbprint = pin, Insecure = false };
    }

    public IEnumerable<string> Problems()
    {
        if (!AddressPattern.Contains(Address, StringComparison.Ordinal))
            yield return $"address-pattern has no {Address}, so that every controller would be the same.";
        else if (!Uri.TryCreate(AddressPattern.Replace(Address, "bmc.example.org", StringComparison.Ordinal), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return $"address-pattern '{AddressPattern}' is not an http or https address.";
        foreach (var (address, pin) in Thumbprints.Where(pair => !HttpSockets.IsThumbprint(pair.Value)))
            yield return $"the thumbprint of {address} is not a SHA-256 thumbprint (64 hexadecimal digits): '{pin}'.";
        if (Networks.Any(network => network.Addresses.Count == 0 || network.Addresses.Any(string.IsNullOrWhiteSpace)))
            yield return "each of networks has addresses: patterns such as 10.30.*.";
    }
}

/// <summary>How a controller is logged in to.</summary>
internal enum BmcLogin
{
    Session,
    Basic,
}
