using System.Text.RegularExpressions;
using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>The Aquilon broker by its client <c>aq</c>, which is run over SSH on the host that has it, never on a terminal.</summary>
/// <param name="host">That host, as the account that runs <c>aq</c>.</param>
/// <param name="login">Its Kerberos ticket.</param>
/// <param name="configuration">The section.</param>
/// <param name="names">The names that a target may have in Aquilon, the likeliest first.</param>
/// <remarks>quattor/aquilon: <c>etc/input.xml</c> for the commands, <c>bin/aq.py</c> for the exit status: 0, or the HTTP status ÷ 100, the reason on standard error; 1 and 2 are the client's own.</remarks>
internal sealed partial class AquilonClient(RemoteHost host, KerberosLogin login, AquilonConfiguration configuration, Func<string, IReadOnlyList<string>> names)
{
    private const string ServiceName = "aquilon";
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromMinutes(2);

    private static readonly Dictionary<string, int> Statuses = new(StringComparer.Ordinal)
    {
        ["Multi-Status"] = 207, ["Bad Request"] = 400, ["Unauthorized"] = 401, ["Forbidden"] = 403, ["Not Found"] = 404, ["Conflict"] = 409,
        ["Internal Server Error"] = 500, ["Not Implemented"] = 501, ["Bad Gateway"] = 502, ["Service Unavailable"] = 503, ["Gateway Timeout"] = 504, ["Gateway Time-out"] = 504,
    };

    private readonly Dictionary<string, string> _environment = Environment(configuration);

    public AquilonConfiguration Configuration => configuration;

    /// <summary>Where <c>aq</c> runs.</summary>
    public string ClientHost => host.Name;

    /// <summary>The target's one host.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">There are several.</exception>
    public async Task<AquilonHost> HostAsync(string target, CancellationToken cancellationToken)
        => await FindHostAsync(target, cancellationToken)
            ?? throw new ObjectNotFoundException($"Aquilon has no host {string.Join(" or ", NamesOf(target).Select(name => $"'{name}'"))}. Correct the name, or host-identity.aquilon in the configuration.") { TargetName = target };

    /// <summary>The target's one host; null where Aquilon knows none of its names.</summary>
    /// <exception cref="AmbiguousNameException">There are several.</exception>
    public async Task<AquilonHost?> FindHostAsync(string target, CancellationToken cancellationToken)
    {
        Dictionary<string, AquilonHost> found = new(StringComparer.OrdinalIgnoreCase);
        foreach (var name in NamesOf(target))
        {
            if (await FindAsync(["show_host", "--hostname", name], cancellationToken) is { HostName: { } hostName } one)
                found[hostName] = one with { HypervisorName = target };
        }

        return found.Count switch
        {
            0 => null,
            1 => found.Values.First(),
            _ => throw new AmbiguousNameException($"{target} names {found.Count} hosts in Aquilon: {string.Join(", ", found.Keys.Order(StringComparer.Ordinal))}. Correct host-identity.aquilon in the configuration.") { TargetName = target },
        };
    }

    /// <summary>A machine by its name; null where there is none.</summary>
    public Task<AquilonHost?> FindMachineAsync(string machine, CancellationToken cancellationToken) => FindAsync(["show_machine", "--machine", machine], cancellationToken);

    /// <summary>The names of the hosts; those of the configured archetype, where there is one.</summary>
    public async Task<IReadOnlyList<string>> HostNamesAsync(CancellationToken cancellationToken)
    {
        string[] command = configuration.Archetype is { } archetype ? ["search_host", "--archetype", archetype, "--format", "csv"] : ["show_host", "--all"];
        var text = await ReadAsync(command, cancellationToken);
        return [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(HostNameRule.IsValid)];
    }

    /// <summary>What the broker lists of something, such as <c>show_domain --all</c>: the values of a key at the beginning of lines, each with what follows it there, such as an owner.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="key">Such as <c>Domain</c>.</param>
    /// <param name="detail">The key of what is told with it, if anything is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<(string Name, string? Detail)>> ListAsync(IReadOnlyList<string> arguments, string key, string? detail, CancellationToken cancellationToken)
        => AquilonText.List(await ReadAsync(arguments, cancellationToken), key, detail);

    /// <summary>What a target is called in Aquilon when it is not there: the one name that it can have.</summary>
    /// <exception cref="AmbiguousNameException">It can have several.</exception>
    public string NewNameOf(string target) => NamesOf(target) is [var only]
        ? only
        : throw new AmbiguousNameException($"{target} is not in Aquilon, and host-identity.aquilon gives {string.Join(" and ", NamesOf(target))} for it: nobody knows which it is to be. Leave one.") { TargetName = target };

    /// <summary>Runs a command that only reads.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="ServiceException">It failed; a status of 404 is the broker's "not found".</exception>
    public async Task<string> ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => OutputText.Clean((await RunAsync("aq", arguments, ReadTimeout, isChange: false, cancellationToken)).OutputBytes.Span);

    /// <summary>Runs a command that only reads and tells on standard error, as <c>pxeswitch --status</c> does.</summary>
    public async Task<string> ReadMessagesAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await RunAsync("aq", arguments, ReadTimeout, isChange: false, cancellationToken);
        return $"{OutputText.Clean(result.ErrorBytes.Span)}\n{OutputText.Clean(result.OutputBytes.Span)}";
    }

    /// <summary>Whether the broker knows a thing: <c>show_model --model x</c>.</summary>
    public async Task<bool> KnowsAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(arguments, cancellationToken);
            return true;
        }
        catch (ServiceException error) when (error.StatusCode == 404)
        {
            return false;
        }
    }

    /// <summary>Runs a command that changes something, with the configured justification and reason.</summary>
    /// <exception cref="ServiceException">It failed, and nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Nobody knows how it ended.</exception>
    public Task ChangeAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => RunAsync("aq", [.. arguments, .. Why()], configuration.Timeout, isChange: true, cancellationToken);

    /// <summary>Deletes something that may be gone already.</summary>
    /// <inheritdoc cref="ChangeAsync"/>
    public async Task DeleteAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(arguments, cancellationToken);
        }
        catch (ServiceException error) when (error.StatusCode == 404)
        {
            // Somebody was faster, or it was deleted by a call whose end nobody heard of.
        }
    }

    /// <summary>Imports a host by <c>netbox2aquilon</c>, which undoes its own work where it fails.</summary>
    /// <inheritdoc cref="ChangeAsync"/>
    public Task ImportAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => RunAsync("netbox2aquilon", arguments, configuration.Timeout, isChange: true, cancellationToken);

    /// <summary>The commands that an import would run, each without <c>aq</c>.</summary>
    /// <exception cref="ServiceException">It would run none; the message has its reason.</exception>
    /// <remarks>A dry run prints a line <c># aq …</c> for each. Its exit status says nothing: there are versions that end with 1, having "run" no command.</remarks>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> PlanImportAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await login.EnsureAsync(host, TimeSpan.Zero, cancellationToken);
        string[] all = ["netbox2aquilon", .. arguments, "--dryrun"];
        var result = await host.RunAsync(Command(all, ReadTimeout), cancellationToken);
        if (host.Unread(all, result) is { } unread)
            throw new ServiceException(ServiceName, unread.Message) { TargetName = host.Name };
        var commands = OutputText.Clean(result.OutputBytes.Span).Split('\n').Where(line => line.StartsWith("# aq ", StringComparison.Ordinal))
            .Select(line => (IReadOnlyList<string>)line["# aq ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return commands.Count > 0 && result.ExitStatus is 0 or 1
            ? commands
            : throw new ServiceException(ServiceName, $"netbox2aquilon would import nothing: {host.Failure(all, result).Message}") { TargetName = host.Name };
    }

    /// <summary>The account's Kerberos ticket, good for as long as asked.</summary>
    /// <exception cref="ServiceAuthenticationException">There is none that lasts.</exception>
    public Task<KerberosTicket> TicketAsync(TimeSpan needed, CancellationToken cancellationToken) => login.EnsureAsync(host, needed, cancellationToken);

    /// <summary>Asks the broker who it is and who we are to it.</summary>
    public async Task<ServiceProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        var ticket = await TicketAsync(TimeSpan.Zero, cancellationToken);
        var status = await ReadAsync(["status"], cancellationToken);
        var caller = Caller().Match(status);
        List<string> missing = [];
        if (!caller.Success)
            missing.Add("the broker takes us for nobody (aq status names no \"Connected as\")");
        else if (caller.Groups["role"].Value == "nobody")
            missing.Add($"{caller.Groups["who"].Value} has the role nobody: it may only read. aq permission gives it another");
        if (ticket.Remaining <= configuration.MinimumTicketLifetime)
            missing.Add($"the Kerberos ticket of {ticket.Principal} is good for {KerberosLogin.Text(ticket.Remaining)} only (aquilon.minimum-ticket-lifetime is {KerberosLogin.Text(configuration.MinimumTicketLifetime)})");
        if (configuration.Import == AquilonImport.Netbox2Aquilon && (await host.RunAsync(Command(["netbox2aquilon", "--help"], ReadTimeout), cancellationToken)).ExitStatus is 126 or 127)
            missing.Add($"netbox2aquilon is not to be found on {host.Name}: set aquilon.path, or aquilon.import to aq");
        return new ServiceProbe(Version().Match(status) is { Success: true } version ? version.Groups["version"].Value : null, caller.Success ? caller.Groups["who"].Value : ticket.Principal, $"ssh://{host.Name}") { MissingRights = missing };
    }

    // Every host in Aquilon has a fully qualified name.
    private List<string> NamesOf(string target)
    {
        HostNameRule.Require(target);
        var candidates = names(target).Where(name => name.Contains('.', StringComparison.Ordinal) && HostNameRule.IsValid(name)).ToList();
        return candidates.Count > 0
            ? candidates
            : throw new ObjectNotFoundException($"Aquilon knows hosts by their fully qualified names, and '{target}' gives none. Give the fully qualified name, or set host-identity.aquilon in the configuration.") { TargetName = target };
    }

    private async Task<AquilonHost?> FindAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return AquilonText.Parse(await ReadAsync(arguments, cancellationToken));
        }
        catch (ServiceException error) when (error.StatusCode == 404)
        {
            return null;
        }
        catch (FormatException error)
        {
            throw new ServiceException(ServiceName, $"aq {string.Join(' ', arguments)}: {error.Message}", innerException: error) { TargetName = arguments[^1] };
        }
    }

    private string[] Why() =>
    [
        .. configuration.Justification is { } justification ? ["--justification", justification] : Array.Empty<string>(),
        .. configuration.Reason is { } reason ? ["--reason", reason] : Array.Empty<string>(),
    ];

    private async Task<SshResult> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan timeout, bool isChange, CancellationToken cancellationToken)
    {
        // What is begun with a ticket that ends meanwhile stops half-way.
        await login.EnsureAsync(host, isChange ? configuration.MinimumTicketLifetime : TimeSpan.Zero, cancellationToken);
        var command = Command([program, .. arguments], timeout);
        var result = await host.RunAsync(command, cancellationToken);
        if (!isChange && host.Unread(command.Arguments, result) is { } unread)
            throw new ServiceException(ServiceName, unread.Message) { TargetName = TargetOf(command.Arguments) };
        if (result.ExitStatus == 0)
            return result;
        if (result.ExitStatus is null && isChange)
            host.ThrowIfFailed(command, result);
        throw FailureOf(command, result, isChange);
    }

    private SshCommand Command(IReadOnlyList<string> all, TimeSpan timeout) => new(all) { Environment = _environment, Timeout = timeout };

    private OpsException FailureOf(SshCommand command, SshResult result, bool isChange)
    {
        var shown = string.Join(' ', command.Arguments.Select(ShellQuoting.Word));
        var errors = OutputText.Clean(result.ErrorBytes.Span, maxLineLength: 4000);
        var target = TargetOf(command.Arguments);
        if (result.ExitStatus is 126 or 127)
            return new RemoteHostException(host.Name, $"{command.Arguments[0]} cannot be run on {host.Name}: set aquilon.path to its folder there (it is {string.Join(", ", configuration.Path)}).{Said(errors)}") { ExitStatus = result.ExitStatus };
        // Messages about the work can come before the reason.
        if (command.Arguments[0] == "aq" && ReasonLine().Match(errors) is { Success: true } reason)
        {
            var phrase = reason.Groups["phrase"].Value;
            var status = Statuses[phrase];
            var message = $"{shown}: {phrase}: {Unwrapped(reason.Groups["text"].Value)}";
            if (status is 401 or 403)
                return new ServiceAuthenticationException(ServiceName, message, 403) { TargetName = target };
            // Some of it was done, or a gateway gave up on what may still be going on.
            return isChange && status is 207 or 502 or 504
                ? new OutcomeUnknownException($"{message} Look in Aquilon before it is repeated.") { TargetName = target }
                : new ServiceException(ServiceName, message, status) { TargetName = target };
        }

        if (Unauthenticated().IsMatch(errors))
        {
            login.Forget();
            return new ServiceAuthenticationException(ServiceName, $"{shown}: the broker took no Kerberos ticket of ours.{Said(errors)}", 401) { TargetName = host.Name };
        }

        // Not connected, or not even tried: what the client cannot read it does not send. netbox2aquilon tells by itself that it failed.
        return isChange && command.Arguments[0] == "aq" && result.ExitStatus is not 2 && !errors.Contains("Failed to connect to ", StringComparison.Ordinal) && !errors.Contains("Try --help", StringComparison.Ordinal)
            ? new OutcomeUnknownException($"{shown} was begun on {host.Name}, and nobody knows whether the broker did it.{Said(errors)} Look in Aquilon before it is repeated.") { TargetName = target }
            : new ServiceException(ServiceName, host.Failure(command.Arguments, result).Message) { TargetName = target };
    }

    private string TargetOf(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] is "--hostname" or "--machine")
                return arguments[i + 1];
        }

        return host.Name;
    }

    private static string Said(string errors) => OutputText.Line(errors, 600) is { Length: > 0 } line ? $" It said: {line}" : "";

    // Under Python 3 the client prints the bytes of the answer as Python writes them: b'…'.
    private static string Unwrapped(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length > 2 && trimmed[0] == 'b' && trimmed[1] is '\'' or '"' && trimmed[^1] == trimmed[1])
            trimmed = trimmed[2..^1].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        return OutputText.Clean(trimmed, maxLines: 20, maxLineLength: 500).Trim();
    }

    private static Dictionary<string, string> Environment(AquilonConfiguration configuration)
    {
        var environment = new Dictionary<string, string>
        {
            ["LC_ALL"] = "C",
            ["PATH"] = string.Join(':', [.. configuration.Path, "/usr/local/bin", "/usr/bin", "/bin"]),
        };
        if (configuration.AqHost is { } broker)
            environment["AQHOST"] = broker;
        if (configuration.AqService is { } service)
            environment["AQSERVICE"] = service;
        return environment;
    }

    [GeneratedRegex(@"^(?<phrase>Multi-Status|Bad Request|Unauthorized|Forbidden|Not Found|Conflict|Internal Server Error|Not Implemented|Bad Gateway|Service Unavailable|Gateway Time-?out): (?<text>[\s\S]*)", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReasonLine();

    [GeneratedRegex(@"gss_|GSSAPI|Kerberos|krb5", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unauthenticated();

    [GeneratedRegex(@"^Connected as:\s*(?<who>\S+)(?:\s*\[(?<role>[^\]]*)\])?", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Caller();

    [GeneratedRegex(@"^Aquilon Broker\s+(?<version>\S+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
