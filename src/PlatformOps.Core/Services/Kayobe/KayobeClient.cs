using System.Globalization;
using System.Text;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Kayobe on its control host, over SSH. What takes long runs there by itself, and is found again.</summary>
/// <param name="hostOf">The control host as the configured account, with the log of whoever asks.</param>
/// <param name="paths">Where Kayobe is.</param>
/// <param name="configuration">The section.</param>
/// <param name="secrets">Resolves the vault's password.</param>
/// <param name="candidates">What the inventory may call a machine.</param>
internal sealed class KayobeClient(Func<IActionLog, RemoteHost> hostOf, KayobePaths paths, KayobeConfiguration configuration, SecretStore secrets, Func<string, IReadOnlyList<string>> candidates)
{
    private const string Name = "kayobe";

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(20);

    private readonly object _gate = new();
    private readonly Dictionary<string, (bool TakesLimit, bool TakesKollaLimit)> _help = new(StringComparer.Ordinal);
    private KayobeInstallation? _installation;

    /// <summary>Where it is, and what follows.</summary>
    public KayobeConfiguration Configuration => configuration;

    /// <summary>What only one at a time may hold: one run of Kayobe would pull the configuration from under another.</summary>
    public string LockKey => $"kayobe:{paths.Host}/{configuration.Environment ?? "default"}";

    /// <exception cref="RemoteHostException">It does not tell.</exception>
    public async Task<KayobeInstallation> InstallationAsync(IActionLog log, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_installation is not null)
                return _installation;
        }

        var output = await ReadAsync(log, "its version", KayobeScripts.Installation, cancellationToken);
        var read = KayobeInstallation.Read(output)
            ?? throw new RemoteHostException(paths.Host, $"Kayobe on {paths.Host} does not tell its version and configuration path (with {paths.Venv} and {paths.Config}). Look at kayobe.venv-path and kayobe.config-path. Nothing was changed.") { ExitStatus = 0 };
        lock (_gate)
            return _installation ??= read;
    }

    /// <summary>What the inventory calls machines, in their order.</summary>
    /// <exception cref="RefusedException">It knows one not at all, by two names, or as a group.</exception>
    public async Task<IReadOnlyList<string>> ResolveAsync(IReadOnlyList<string> targets, IActionLog log, CancellationToken cancellationToken)
    {
        var names = targets.Select(target => (Target: target, Names: candidates(target))).ToList();
        var asked = names.SelectMany(one => one.Names).Distinct(StringComparer.Ordinal).ToList();
        var found = await HostsAsync(HostLimit.Of(asked), log, cancellationToken);
        // A group among the names brings hosts that nobody named.
        if (found.Except(asked, StringComparer.Ordinal).ToList() is { Count: > 0 } others)
            throw new RefusedException($"In Kayobe's inventory, one of {Shown(asked)} is a group: it stands for {Shown(others)} too. Nothing was sent.") { TargetName = targets[0] };
        List<string> resolved = [];
        foreach (var (target, itsNames) in names)
        {
            resolved.Add(itsNames.Where(found.Contains).ToList() switch
            {
                [var one] => one,
                [] => throw new RefusedException($"Kayobe's inventory on {paths.Host} has no host {string.Join(" or ", itsNames)}. A host that is not active in NetBox is left out when the inventory is built. Nothing was sent.") { TargetName = target },
                var several => throw new RefusedException($"Kayobe's inventory on {paths.Host} knows {target} by several names: {string.Join(", ", several)}. Say in host-identity.kayobe which one it is. Nothing was sent.") { TargetName = target },
            });
        }

        return resolved.Distinct(StringComparer.Ordinal).Count() == resolved.Count
            ? resolved
            : throw new RefusedException($"Two of {Shown(targets)} are one host of Kayobe's inventory. Nothing was sent.") { TargetName = targets[0] };
    }

    /// <summary>The hosts of a group.</summary>
    /// <exception cref="RefusedException">It has none.</exception>
    public async Task<IReadOnlyList<string>> GroupAsync(string group, IActionLog log, CancellationToken cancellationToken)
    {
        HostLimit.Require(group);
        return await HostsAsync(group, log, cancellationToken) is { Count: > 0 } hosts
            ? hosts
            : throw new RefusedException($"The group {group} of Kayobe's inventory on {paths.Host} has no hosts. Nothing was sent.");
    }

    /// <summary>The playbooks of the configuration, as actions name them.</summary>
    public async Task<IReadOnlyList<string>> PlaybooksAsync(IActionLog log, CancellationToken cancellationToken)
        => [.. (await hostOf(log).ReadTextAsync(["ls", "-1", "--", $"{(await InstallationAsync(log, cancellationToken)).ConfigPath}/ansible"], cancellationToken))
            .Split('\n').Where(name => KayobePlaybook.Problem(name) is null)];

    /// <summary>A command with its limit, in the options that the installed version has for it.</summary>
    /// <param name="words">The command, such as overcloud service deploy.</param>
    /// <param name="limit">From <see cref="HostLimit"/>.</param>
    /// <param name="options">What else it is given.</param>
    /// <param name="tags">Tags that hold for Kolla Ansible.</param>
    /// <exception cref="RefusedException">It cannot be limited.</exception>
    public async Task<IReadOnlyList<string>> LimitedAsync(IReadOnlyList<string> words, string limit, IReadOnlyList<string> options, IReadOnlyList<string> tags, IActionLog log, CancellationToken cancellationToken)
    {
        if (limit.Length == 0)
            throw new ArgumentException("A limit is never empty.", nameof(limit));
        var installation = await InstallationAsync(log, cancellationToken);
        var (takesLimit, takesKollaLimit) = await HelpAsync(words, log, cancellationToken);
        if (!takesLimit)
            throw new RefusedException($"'kayobe {string.Join(' ', words)}' on {paths.Host} takes no --limit, so it would work on more than {limit}. Nothing was sent.");
        var usesKolla = installation.HasKollaOptions && takesKollaLimit;
        return [.. WithVault(words), .. options, "--limit", limit, .. usesKolla ? ["-kl", limit] : (string[])[], .. tags.Count == 0 ? (string[])[] : [usesKolla ? "-kt" : "--tags", string.Join(',', tags)]];
    }

    /// <summary>A command without a limit, for what works on no certain hosts.</summary>
    public IReadOnlyList<string> Unlimited(params IReadOnlyList<string> words) => WithVault(words);

    /// <summary>Runs a command, or attaches to what was begun under its key. Where another run of Kayobe is at work, nothing is begun: what is behind this is not to wait in a queue there, with proofs that grow old.</summary>
    /// <param name="key">What finds it again.</param>
    /// <param name="state">What to run.</param>
    /// <param name="call">Who wants to hear of it; null where nobody does.</param>
    /// <param name="log">Takes every line.</param>
    /// <exception cref="RemoteHostException">Nothing was begun.</exception>
    public async Task<KayobeResult> RunAsync(DetachedKey key, KayobeState state, KayobeCall? call, IActionLog log, CancellationToken cancellationToken)
    {
        var plays = new PlayReader();
        // Both streams come through one caller, in turn.
        void Take(string line)
        {
            plays.Read(line);
            log.Write(Name, line);
            call?.Line(line);
        }

        var (output, errors) = (new OutputLines(Take), new OutputLines(Take));
        var result = await hostOf(log).Detached(key).RunAsync(await CommandAsync(state, cancellationToken) with { OnOutput = piece => (piece.IsError ? errors : output).Add(piece.Data.Span) }, cancellationToken);
        output.Complete();
        errors.Complete();
        var judged = KayobeResult.Of(result.ExitStatus, result.Lost, plays, state.Hosts, result.Duration);
        if (!judged.IsOccupied)
            call?.Ended(judged);
        return judged;
    }

    /// <summary>Waits until no other run of Kayobe holds the configuration. It is not held then: whoever is faster has it next.</summary>
    /// <exception cref="StepFailedException">One does still, after kayobe.wait-for-others.</exception>
    public async Task FreedAsync(IActionLog log, CancellationToken cancellationToken)
    {
        var host = hostOf(log);
        var began = host.Time.GetTimestamp();
        AmbientNotice.Current?.Invoke(Name, $"Another run of Kayobe is at work on {paths.Host} and is waited for, at most {configuration.WaitForOthers.TotalHours:0.#} h. Then all that has to hold is asked again.");
        while (await IsHeldAsync(host, cancellationToken))
        {
            if (host.Time.GetElapsedTime(began) >= configuration.WaitForOthers)
                throw new StepFailedException($"Another run of Kayobe has held {paths.Config} on {paths.Host} for as long as kayobe.wait-for-others says ({configuration.WaitForOthers.TotalHours:0.#} h); nothing was begun. Look what it is there, and resume when it is through.");
        }
    }

    /// <summary>Where what was begun under a key is.</summary>
    public Task<DetachedState> StateAsync(DetachedKey key, IActionLog log, CancellationToken cancellationToken) => hostOf(log).Detached(key).StateAsync(cancellationToken);

    /// <summary>Lets go of what was kept under a key.</summary>
    /// <exception cref="RefusedException">It still runs.</exception>
    public Task ForgetAsync(DetachedKey key, IActionLog log, CancellationToken cancellationToken) => hostOf(log).Detached(key).ForgetAsync(cancellationToken);

    /// <summary>Brings what is known of the upstream up to date; the checkout stays as it is.</summary>
    public Task FetchAsync(IActionLog log, CancellationToken cancellationToken)
        => hostOf(log).ReadAsync(["env", "GIT_TERMINAL_PROMPT=0", "git", "-C", paths.Config, "fetch", "--quiet"], cancellationToken);

    public async Task<KayobeCheckout> CheckoutAsync(IActionLog log, CancellationToken cancellationToken)
        => KayobeCheckout.Read(await hostOf(log).ReadTextAsync(["git", "-C", paths.Config, "status", "--porcelain=v2", "--branch"], cancellationToken));

    /// <summary>Looks at the installation and the checkout; changes nothing.</summary>
    public async Task<ServiceProbe> ProbeAsync(IActionLog log, CancellationToken cancellationToken)
    {
        var installation = await InstallationAsync(log, cancellationToken);
        var checkout = await CheckoutAsync(log, cancellationToken);
        if (configuration.VaultPassword is { } password)
            await secrets.ResolveAsync(password, cancellationToken);
        return new ServiceProbe(installation.Version.ToString(), $"checkout {checkout.Short}", paths.Host)
        {
            MissingRights = checkout.Problem(configuration.Branch) is { } problem ? [$"the checkout {paths.Config} is not fit to configure hosts from: {problem}"] : [],
        };
    }

    private async Task<IReadOnlyList<string>> HostsAsync(string pattern, IActionLog log, CancellationToken cancellationToken)
    {
        var command = configuration.InventoryCommand ?? await DefaultInventoryCommandAsync(log, cancellationToken);
        var output = await ReadAsync(log, $"the hosts of {pattern}", $"exec {ShellQuoting.Command([.. command, pattern, "--list-hosts"])}", cancellationToken);
        return HostLimit.ReadListing(output)
            ?? throw new RemoteHostException(paths.Host, $"'{OutputText.Line(string.Join(' ', command))}' on {paths.Host} does not list hosts as ansible --list-hosts does, so nobody knows what {pattern} stands for. Nothing was sent.") { ExitStatus = 0 };
    }

    private async Task<IReadOnlyList<string>> DefaultInventoryCommandAsync(IActionLog log, CancellationToken cancellationToken)
    {
        var installation = await InstallationAsync(log, cancellationToken);
        return installation.Inventories.Count > 0
            ? ["ansible", .. installation.Inventories.SelectMany(folder => new[] { "-i", folder })]
            : throw new RefusedException($"The Kayobe configuration {installation.ConfigPath} on {paths.Host} has no inventory yet, so no host can be found in it. Build it, or set kayobe.inventory-command. Nothing was sent.");
    }

    private async Task<(bool TakesLimit, bool TakesKollaLimit)> HelpAsync(IReadOnlyList<string> words, IActionLog log, CancellationToken cancellationToken)
    {
        var command = string.Join(' ', words.TakeWhile(word => !word.Contains('/', StringComparison.Ordinal)));
        lock (_gate)
        {
            if (_help.TryGetValue(command, out var known))
                return known;
        }

        var text = await ReadAsync(log, $"the options of 'kayobe {command}'", $"exec {ShellQuoting.Command(["kayobe", .. command.Split(' '), "--help"])}", cancellationToken);
        var told = (Has("--limit"), Has("--kolla-limit"));
        lock (_gate)
            return _help[command] = told;

        bool Has(string option) => text.Split([' ', '\n', ',', '[', ']', '=']).Contains(option);
    }

    private async Task<string> ReadAsync(IActionLog log, string what, string then, CancellationToken cancellationToken)
    {
        var host = hostOf(log);
        var result = await host.RunAsync(new SshCommand(["bash", "-c", Entering(then)]), cancellationToken);
        return result is { ExitStatus: 0, Cut: null }
            ? OutputText.Clean(result.OutputBytes.Span)
            : throw new RemoteHostException(host.Name, $"Kayobe on {host.Name} does not tell {what}: {(result.Lost ?? result.Cut ?? $"exit {result.ExitStatus}")}.{RemoteHost.Tail(result)} Nothing was changed.") { ExitStatus = result.ExitStatus };
    }

    // The lock is the kernel's, of the checkout itself: it holds as long as the command runs, also where the process that began it is gone and with it our own.
    private async Task<SshCommand> CommandAsync(KayobeState state, CancellationToken cancellationToken)
    {
        var password = configuration.VaultPassword is { } secret ? await secrets.ResolveAsync(secret, cancellationToken) : null;
        if (password?.Contains('\n', StringComparison.Ordinal) == true)
            throw new ConfigurationException("kayobe.vault-password has more than one line.");
        var vault = password is not null ? KayobeScripts.VaultFromInput : configuration.NoPassFile is not null ? KayobeScripts.VaultFromFile : ":";
        var script = Entering(vault, $"exec {ShellQuoting.Command(state.Command)} < /dev/null");
        return new SshCommand(Lock(["-n"], "bash", "-c", script))
        {
            Input = password is null ? null : Encoding.UTF8.GetBytes(password + "\n"),
            Timeout = configuration.Timeout,
        };
    }

    private string Entering(params string[] then) => KayobeScripts.Entering(paths.Venv, paths.Config, configuration.Environment, then);

    // The host waits for a while, so that who is through is known at once.
    private async Task<bool> IsHeldAsync(RemoteHost host, CancellationToken cancellationToken)
    {
        var once = configuration.WaitForOthers < LockPatience ? configuration.WaitForOthers : LockPatience;
        string? problem = null;
        try
        {
            var result = await host.SendAsync(new SshCommand(Lock(["-w", Number((long)once.TotalSeconds)], "true")), cancellationToken);
            if (result.ExitStatus == 0)
                return false;
            if (result.ExitStatus != KayobeScripts.LockedStatus)
                problem = result.Lost ?? $"exit {result.ExitStatus}";
        }
        catch (RemoteHostException error) when (!error.LoginRefused)
        {
            problem = error.Message;
        }

        // It was reached a moment ago, and the waiting has its own end.
        if (problem is not null)
            await Task.Delay(LockPatience, host.Time, cancellationToken);
        return true;
    }

    // -o: what runs under it and leaves something behind does not hold it on.
    private IReadOnlyList<string> Lock(string[] patience, params string[] command) => ["flock", "-o", .. patience, "-E", Number(KayobeScripts.LockedStatus), paths.Config, .. command];

    private IReadOnlyList<string> WithVault(IReadOnlyList<string> words) => configuration is { VaultPassword: null, NoPassFile: { } file } ? ["kayobe", .. words, "--vault-password-file", file] : ["kayobe", .. words];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shown(IReadOnlyCollection<string> names) => names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} and {names.Count - 5} more";
}
