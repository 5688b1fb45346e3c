using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Sees to it that the account that runs <c>aq</c> has a Kerberos ticket that is good for long enough. A password goes to <c>kinit</c> on its standard input, once.</summary>
/// <remarks>MIT Kerberos documentation, "klist" and "kinit". The ticket is its host's, so it is told by its host's clock.</remarks>
internal sealed partial class KerberosLogin(AquilonConfiguration configuration, SecretStore secrets, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private KerberosTicket? _known;
    private long _knownAt;
    private ServiceAuthenticationException? _refused;

    /// <summary>What must not depend on the account's locale and zone.</summary>
    private static Dictionary<string, string> Plain { get; } = new() { ["LC_ALL"] = "C", ["TZ"] = "UTC" };

    /// <summary>The ticket, got or renewed where it does not last.</summary>
    /// <param name="host">The host and account that run <c>aq</c>.</param>
    /// <param name="needed">How long it has to be good for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ServiceAuthenticationException">There is none that lasts.</exception>
    public async Task<KerberosTicket> EnsureAsync(RemoteHost host, TimeSpan needed, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } known && known.Remaining - time.GetElapsedTime(_knownAt) is var left && left > needed)
                return known with { Remaining = left };
            var ticket = await ReadAsync(host, cancellationToken);
            if (ticket is null || ticket.Remaining <= needed)
            {
                await TakeAsync(host, ticket, cancellationToken);
                ticket = await ReadAsync(host, cancellationToken);
            }

            if (ticket is null)
                throw new ServiceAuthenticationException("aquilon", $"There is no Kerberos ticket on {host.Name}, and aq needs one. Log in there and run kinit, or set aquilon.keytab, or aquilon.login to password.", 401) { TargetName = host.Name };
            if (ticket.Remaining <= needed)
                throw new ServiceAuthenticationException("aquilon", $"The Kerberos ticket of {ticket.Principal} on {host.Name} is good for {Text(ticket.Remaining)} more, and {Text(needed)} are needed. Run kinit there, or lower aquilon.minimum-ticket-lifetime.", 401) { TargetName = host.Name };
            (_known, _knownAt) = (ticket, time.GetTimestamp());
            return ticket;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The broker did not take the ticket: it is looked at anew.</summary>
    public void Forget() => _known = null;

    public void Dispose() => _turn.Dispose();

    /// <summary>A time for people: <c>9 h 58 min</c>.</summary>
    public static string Text(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)time.TotalSeconds)} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(time.TotalHours >= 1 ? $"{(int)time.TotalHours} h " : "")}{time.Minutes} min");

    /// <summary>Reads what <c>klist</c> printed in the C locale and UTC: whose the ticket is, and when it ends.</summary>
    internal static (string Principal, DateTime Expires)? Parse(string listing)
    {
        var principal = Owner().Match(listing);
        var granting = listing.Split('\n').FirstOrDefault(line => line.Contains("krbtgt/", StringComparison.Ordinal)) ?? "";
        var times = Times().Matches(granting);
        if (!principal.Success || times.Count < 2)
            return null;
        string[] formats = ["MM/dd/yy HH:mm:ss", "MM/dd/yyyy HH:mm:ss", "MMM d HH:mm:ss yyyy", "d MMM yyyy HH:mm:ss"];
        return DateTime.TryParseExact(times[1].Value, formats, CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite | DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var expires)
            ? (principal.Groups["name"].Value, expires)
            : null;
    }

    private static async Task<KerberosTicket?> ReadAsync(RemoteHost host, CancellationToken cancellationToken)
    {
        // Its exit status alone says whether a ticket is good now.
        if (!await host.TestAsync(["klist", "-s"], cancellationToken))
            return null;
        var command = new SshCommand(["klist"]) { Environment = Plain };
        var listing = await host.LookAsync(command, cancellationToken);
        host.ThrowIfFailed(command, listing);
        var text = OutputText.Clean(listing.OutputBytes.Span);
        var (principal, expires) = Parse(text)
            ?? throw new RemoteHostException(host.Name, $"klist on {host.Name} printed no ticket-granting ticket that can be read: {OutputText.Line(text, 200)}");
        var now = await host.ReadTextAsync(["date", "+%s"], cancellationToken);
        return long.TryParse(now.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new KerberosTicket(OutputText.Line(principal, 100), expires - DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime)
            : throw new RemoteHostException(host.Name, $"date on {host.Name} printed no time: {OutputText.Line(now, 80)}");
    }

    private async Task TakeAsync(RemoteHost host, KerberosTicket? present, CancellationToken cancellationToken)
    {
        // A second try could lock the account.
        if (_refused is not null)
            throw _refused;
        var byPassword = (configuration.Login ?? (configuration.Password is null ? AquilonLogin.Kerberos : AquilonLogin.Password)) == AquilonLogin.Password;
        string[] principal = (configuration.Principal ?? configuration.Username) is { } name ? [name] : [];
        SshCommand? command = null;
        if (byPassword)
            command = new SshCommand(["kinit", .. principal]) { Input = Encoding.UTF8.GetBytes(await secrets.ResolveAsync(configuration.Password!, cancellationToken) + "\n") };
        else if (configuration.Keytab is { } keytab)
            command = new SshCommand(["kinit", "-k", "-t", keytab, .. principal]);
        else if (present is not null)
            command = new SshCommand(["kinit", "-R"]);
        if (command is null)
            return;
        var result = await host.RunAsync(command with { Environment = Plain }, cancellationToken);
        // One that cannot be renewed may still be good for what is wanted: what there is now says it.
        if (result.ExitStatus == 0 || command.Arguments is [_, "-R"])
            return;
        var said = OutputText.Tail(result.ErrorBytes.Span, 3);
        var error = new ServiceAuthenticationException("aquilon", $"kinit on {host.Name} gave no Kerberos ticket{(principal is [var who] ? $" for {who}" : "")}: {(said.Length > 0 ? said : "it said nothing")}. Check {(byPassword ? "aquilon.username, aquilon.principal and aquilon.password" : "aquilon.keytab and aquilon.principal")}; it was tried once.", 401) { TargetName = host.Name };
        if (result.ExitStatus is not null)
            _refused = error;
        throw error;
    }

    [GeneratedRegex(@"^\s*(?:Default principal|Principal):\s*(?<name>\S+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Owner();

    // MIT's numbers, or Heimdal's words.
    [GeneratedRegex(@"\d{2}/\d{2}/\d{2,4}\s+\d{2}:\d{2}:\d{2}|[A-Z][a-z]{2}\s+\d{1,2}\s+\d{2}:\d{2}:\d{2}\s+\d{4}|\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();
}
