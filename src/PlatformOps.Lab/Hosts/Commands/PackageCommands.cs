namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>rpm and dnf.</summary>
internal static class PackageCommands
{
    /// <summary>How long dnf takes for a transaction, in lab seconds.</summary>
    private const double TransactionSeconds = 20;

    public static void Register(CommandTable table)
    {
        table.Add("rpm", Rpm);
        table.AddSlow("dnf", Dnf);
        table.AddSlow("yum", Dnf);
    }

    private static int Rpm(CommandCall call)
    {
        var options = call.Options("", "qf", "queryformat");
        if (!options.Has("q"))
            return call.Fail("rpm: only queries are simulated", 1);
        var format = options.Value("qf", "queryformat");
        var status = 0;
        var names = options.Has("a") ? [.. call.Host.Packages.Keys] : options.Rest;
        foreach (var name in names)
        {
            if (!call.Host.Packages.TryGetValue(name, out var full))
            {
                call.Out($"package {name} is not installed\n");
                status++;
                continue;
            }

            var at = full.LastIndexOf('-');
            call.Out(format is null ? $"{name}-{full}.x86_64\n" : format
                .Replace("%{NAME}", name, OrdinalIgnoreCase).Replace("%{VERSION}", full[..at], OrdinalIgnoreCase).Replace("%{RELEASE}", full[(at + 1)..], OrdinalIgnoreCase)
                .Replace("%{EPOCH}", "15", OrdinalIgnoreCase).Replace("%{ARCH}", "x86_64", OrdinalIgnoreCase).Replace("%{EVR}", full, OrdinalIgnoreCase).Replace("\\n", "\n", Ordinal).Replace("\\t", "\t", Ordinal));
        }

        return status;
    }

    private static async Task<int> Dnf(CommandCall call)
    {
        var options = call.Options("cx", "setopt", "enablerepo", "disablerepo", "exclude", "releasever");
        var verb = options.Rest.FirstOrDefault();
        var names = options.Rest.Skip(1).ToList();
        var host = call.Host;
        if (verb is "repolist")
            return SystemCommands.Print(call, "repo id                  repo name\nappstream                Rocky Linux 8 - AppStream\nbaseos                   Rocky Linux 8 - BaseOS");
        if (verb is "--version" || options.Has("version"))
            return SystemCommands.Print(call, "4.7.0");
        if (verb is not ("update" or "upgrade" or "install" or "check-update" or "list" or "makecache" or "clean" or "remove"))
            return call.Fail($"No such command: {verb}. Please use /usr/bin/dnf --help", 1);
        var changes = verb is "update" or "upgrade" or "install" or "remove";
        if (changes && !call.User.IsRoot)
            return call.Fail("Error: This command has to be run with superuser privileges (under the root user on most systems).", 1);
        if (verb == "clean")
            return SystemCommands.Print(call, "0 files removed");
        if (host.RepositoriesBroken)
        {
            return call.Fail("Errors during downloading metadata for repository 'appstream':\n  - Curl error (6): Couldn't resolve host name for http://mirror.lab.example/rocky/8/AppStream/x86_64/os/repodata/repomd.xml [Could not resolve host: mirror.lab.example]\nError: Failed to download metadata for repo 'appstream': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried", 1);
        }

        var pending = host.Updates.Where(update => names.Count == 0 || names.Contains(update.Key)).ToDictionary(StringComparer.Ordinal);
        switch (verb)
        {
            case "makecache":
                return SystemCommands.Print(call, "Metadata cache created.");
            case "check-update":
                foreach (var (name, version) in pending)
                    call.Out($"{name}.x86_64 {version} appstream\n");
                return pending.Count > 0 ? 100 : 0;
            case "list":
                foreach (var (name, version) in host.Packages.Where(package => names.Count < 2 || names.Contains(package.Key)))
                    call.Out($"{name}.x86_64 {version} @appstream\n");
                return 0;
        }

        if (verb is "update" or "upgrade" && names.Find(name => !host.Packages.ContainsKey(name)) is { } absent)
        {
            call.Error($"Package {absent} available, but not installed.\nNo match for argument: {absent}\nError: No packages marked for upgrade.");
            return 1;
        }

        Dictionary<string, string> wanted = verb switch
        {
            "install" => names.Where(name => !host.Packages.ContainsKey(name)).ToDictionary(name => name, _ => "1.0-1.el8", StringComparer.Ordinal),
            "remove" => [],
            _ => pending,
        };
        if (verb != "remove" && wanted.Count == 0)
            return SystemCommands.Print(call, "Last metadata expiration check: 0:12:41 ago.\nDependencies resolved.\nNothing to do.\nComplete!");
        if (!options.Has("y", "assumeyes"))
        {
            call.Out("Is this ok [y/N]: \n");
            return call.Fail("Operation aborted.", 1);
        }

        call.Out("Dependencies resolved.\n" + string.Concat(wanted.Select(package => $" {package.Key}  x86_64  {package.Value}  appstream\n")) + "Running transaction\n");
        await host.Lab.Clock.DelayAsync(TransactionSeconds, call.State.Cancellation);
        return call.State.Locked(() =>
        {
            if (host.Files.IsFull)
                return call.Fail("Error: Transaction test error:\n  installing package needs 32MB more space on the / filesystem", 1);
            foreach (var (name, version) in wanted)
            {
                host.Packages[name] = version;
                host.Updates.Remove(name);
            }

            if (verb == "remove")
                names.ForEach(name => host.Packages.Remove(name));
            host.Effects++;
            call.Out("Complete!\n");
            return 0;
        });
    }
}
