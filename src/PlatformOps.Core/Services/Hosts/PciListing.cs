using System.Text.RegularExpressions;
using PlatformOps.Core.Ssh;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What <c>lspci -nn</c> prints: <c>3b:00.0 Ethernet controller [0200]: Mellanox … [15b3:1017] (rev 01)</c>.</summary>
internal static partial class PciListing
{
    /// <summary>The devices of NVIDIA and Mellanox; none is an answer too.</summary>
    public static PciDevice[] Parse(string text)
        => [.. text.Split('\n').Select(l => Line().Match(l)).Where(m => m.Success && m.Groups["vendor"].Value is "10de" or "15b3").Select(m => new PciDevice(
            m.Groups["slot"].Value,
            m.Groups["class"].Value,
            m.Groups["vendor"].Value,
            m.Groups["device"].Value,
            OutputText.Line(m.Groups["name"].Value)))];

    /// <summary>Whether it lists any device at all.</summary>
    public static bool IsListing(string text) => text.Split('\n').Any(line => Line().IsMatch(line));

    [GeneratedRegex(@"^(?<slot>[0-9a-f:.]+) .*?\[(?<class>[0-9a-f]{4})\]: (?<name>.*) \[(?<vendor>[0-9a-f]{4}):(?<device>[0-9a-f]{4})\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
