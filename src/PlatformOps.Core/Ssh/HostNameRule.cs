using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>What may be used as a host name: nothing that a program could take for an option, a pattern or a path.</summary>
internal static partial class HostNameRule
{
    /// <summary>For people, in errors.</summary>
    public const string Description = "a host name (letters, digits, '.', '-', '_'; at most 253 characters; beginning with a letter or digit) or an IPv6 address";

    public static bool IsValid(string? name)
        => name is not null && (Name().IsMatch(name) || IsIPv6(name));

    /// <exception cref="RemoteHostException">It is not a name that may be used; nothing was contacted.</exception>
    public static void Require(string? name)
    {
        if (!IsValid(name))
            throw new RemoteHostException(OutputText.Line(name ?? ""), $"'{OutputText.Line(name ?? "")}' is not {Description}. Nothing was contacted.");
    }

    /// <exception cref="RemoteHostException">It is not a name that may be used; nothing was contacted.</exception>
    public static void RequireUser(string host, string user)
    {
        if (!User().IsMatch(user))
            throw new RemoteHostException(host, $"'{OutputText.Line(user)}' is not an account name for '{host}' (letters, digits, '.', '_', '-', '@'; beginning with a letter, digit or '_'). Nothing was contacted.");
    }

    private static bool IsIPv6(string name)
        => IPv6Characters().IsMatch(name) && IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    // \z, not $: $ would let a final newline pass.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,252}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    // No scope (%eth0): OpenSSH expands % itself. No brackets: IPAddress would take "[::1]:22".
    [GeneratedRegex(@"\A[0-9A-Fa-f:.]{2,45}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IPv6Characters();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}\$?\z", RegexOptions.CultureInvariant)]
    private static partial Regex User();
}
