using PlatformOps.Lab.Services.Kayobe;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Kayobe and what stands beside it on its control host: <c>ansible --list-hosts</c>, and <c>git</c> on the configuration's checkout.</summary>
internal static class KayobeCommands
{
    public static void Register(CommandTable table)
    {
        table.AddSlow(KayobeData.Programs[0], KayobeAsync);
        table.Add(KayobeData.Programs[1], Ansible);
        table.Add(KayobeData.Programs[2], Git);
    }

    private static async Task<int> KayobeAsync(CommandCall call)
    {
        var lab = call.Host.Lab;
        var data = lab.World.Kayobe;
        if (call.Arguments is [_, "--version"])
            return SystemCommands.Print(call, $"kayobe {data.Version}");
        var (options, words, status) = KayobeOptions.Read(call, data);
        if (options is null)
            return status;
        var text = string.Join(' ', words);
        if (KayobeCommand.All.FirstOrDefault(known => text == known.Words || text.StartsWith(known.Words + " ", Ordinal)) is not { } command)
            return call.Fail($"kayobe: '{text}' is not a kayobe command. See 'kayobe --help'.", 2);
        if (words.Contains("--help"))
            return SystemCommands.Print(call, command.Help(options.Major));

        if (Exported(call, "KAYOBE_CONFIG_PATH") != KayobeData.ConfigPath)
            return call.Fail("[ERROR]: Kayobe configuration path /etc/kayobe is invalid: Path does not exist", 1);
        if (Vault(call, data) is { } problem)
            return call.Fail(problem, 1);
        var playbook = command.Words == "playbook run" ? words.ElementAtOrDefault(2) : null;
        if (command.Words == "playbook run" && (playbook is null || !call.State.Locked(() => call.Host.Files.Find(playbook) is { IsDirectory: false })))
            return call.Fail($"[ERROR]: Kayobe playbook {playbook} is invalid: Path does not exist", 1);
        return await new KayobeRun(lab, call.Host.Fleet, call.Out, call.Error).RunAsync(command, playbook, options, call.State.Cancellation);
    }

    /// <returns>Why the vault stays shut; null where it opens.</returns>
    private static string? Vault(CommandCall call, KayobeData data)
    {
        var (given, file) = (Exported(call, "KAYOBE_VAULT_PASSWORD"), Exported(call, "ANSIBLE_VAULT_PASSWORD_FILE"));
        var option = call.Arguments.SkipWhile(word => word != "--vault-password-file").ElementAtOrDefault(1);
        if (given is not null && (file ?? option) is not null)
            return $"[ERROR]: Cannot specify {(file is null ? "--vault-password-file" : "$ANSIBLE_VAULT_PASSWORD_FILE")} when $KAYOBE_VAULT_PASSWORD is specified";
        if (given is null && (file ?? option) is { } path)
            given = call.State.Locked(() => call.Host.Files.Find(path) is { IsDirectory: false } kept ? Encoding.UTF8.GetString(kept.Read()).Trim() : "");
        return given is null ? "ERROR! Attempting to decrypt but no vault secrets found"
            : given != data.VaultPassword ? $"ERROR! Decryption failed (no vault secrets were found that could decrypt) on {KayobeData.ConfigPath}/secrets.yml"
            : null;
    }

    private static int Ansible(CommandCall call)
    {
        var options = call.Options("ilme", "inventory", "limit");
        if (!options.Has("list-hosts") || options.Rest.Count != 1)
            return call.Fail("usage: ansible [-h] … pattern\nansible: error: the lab's ansible lists hosts only", 2);
        var hosts = HostPattern.Select(options.Rest[0], call.Host.Lab.World.Kayobe, call.Error);
        if (hosts.Count == 0)
            call.Error("[WARNING]: No hosts matched, nothing to do");
        call.Out($"  hosts ({hosts.Count}):\n{string.Concat(hosts.Select(host => $"    {host}\n"))}");
        return 0;
    }

    private static int Git(CommandCall call)
    {
        var data = call.Host.Lab.World.Kayobe;
        switch (call.Arguments)
        {
            case [_, "-C", KayobeData.Checkout, "fetch", ..]:
                if (!data.RemoteAnswers)
                    return call.Fail("ssh: connect to host git.lab.example port 22: Connection timed out\nfatal: Could not read from remote repository.", 128);
                data.KnownBehind = data.Behind;
                return 0;
            case [_, "-C", KayobeData.Checkout, "status", "--porcelain=v2", "--branch"]:
                call.Out($"# branch.oid {data.Commit}\n# branch.head {data.Branch}\n# branch.upstream origin/{data.Branch}\n# branch.ab +0 -{data.KnownBehind}\n");
                call.Out(string.Concat(data.Changes.Select(path => $"1 .M N... 100644 100644 100644 {data.Commit} {data.Commit} {path}\n")));
                return 0;
            case [_, "-C", var path, ..] when path != KayobeData.Checkout:
                return call.Fail($"fatal: not a git repository (or any of the parent directories): .git", 128);
            default:
                return call.Fail($"git: '{string.Join(' ', call.Arguments.Skip(1))}' is not simulated.", 1);
        }
    }

    private static string? Exported(CommandCall call, string name) => call.State.Exported.Contains(name) ? call.State.Variables.GetValueOrDefault(name) : null;
}
