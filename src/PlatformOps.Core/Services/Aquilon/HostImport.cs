using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>An import of one host as it would be done now: its commands, whether the broker would take them, and doing it.</summary>
internal sealed class HostImport
{
    private readonly AquilonClient _client;
    private readonly string _target;
    private readonly IReadOnlyList<string> _importer;
    private readonly IReadOnlyList<AqAdd> _adds;
    private readonly IReadOnlyList<IReadOnlyList<string>> _commands;

    private HostImport(AquilonClient client, string target, string hostName, IReadOnlyList<string> importer, IReadOnlyList<AqAdd> adds, IReadOnlyList<IReadOnlyList<string>> commands)
        => (_client, _target, HostName, _importer, _adds, _commands) = (client, target, hostName, importer, adds, commands);

    public string HostName { get; }

    /// <summary>The name of the machine that it will be on.</summary>
    public string? MachineName => OptionOf("add_machine", "--machine");

    /// <summary>Reads what an import needs, from where it is to come.</summary>
    /// <exception cref="OpsException">Something that it needs is not there.</exception>
    public static async Task<HostImport> PlanAsync(ActionContext context, AquilonSource from, AquilonHost? present, CancellationToken cancellationToken)
    {
        var client = context.Client<AquilonClient>();
        var target = context.Target.Name;
        var store = context.Client<AquilonRecordStore>();
        var record = from.Import == AquilonImport.Record ? Restored(store, target, from.Record) : store.FindOrLatest(target, context.Run.RunId);
        var hostName = present?.HostName ?? record?.Host.HostName ?? client.NewNameOf(target);
        var configuration = client.Configuration;
        if (from.Import == AquilonImport.Netbox2Aquilon)
        {
            string[] arguments =
            [
                "--hostname", hostName, "--archetype", Require(configuration.Archetype, "archetype"),
                .. configuration.Domain is { } domain ? ["--domain", domain] : new[] { "--sandbox", Require(configuration.Sandbox, "domain") },
                "--osname", Require(configuration.OsName, "os-name"), "--osversion", Require(configuration.OsVersion, "os-version"),
            ];
            return new HostImport(client, target, hostName, arguments, [], await client.PlanImportAsync(arguments, cancellationToken));
        }

        var known = (present ?? record?.Host
            ?? throw new RefusedException($"{target} is not in Aquilon and there is no record of it, so nobody knows its machine's name, model and rack. Import it with netbox2aquilon (aquilon.import).") { TargetName = target }) with { HostName = hostName };
        var adds = HostAdds.Of(from.Import == AquilonImport.Record
            ? record!.Host
            : Wanted(configuration, known, await context.Client<IMachineInventory>().MachineAsync(target, cancellationToken)));
        return new HostImport(client, target, hostName, [], adds, [.. adds.Select(add => add.Command)]);
    }

    /// <summary>What would make an import fail; nothing where all that it needs is there and the broker would take it.</summary>
    /// <param name="context">Of the target.</param>
    /// <param name="from">Where it is to come from.</param>
    /// <param name="present">The host as it is now, if it is.</param>
    /// <param name="own">The machine whose own things are not in the way: they are deleted before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(ActionContext context, AquilonSource from, AquilonHost? present, string? own, CancellationToken cancellationToken)
    {
        try
        {
            return await (await PlanAsync(context, from, present, cancellationToken)).ProblemsAsync(own, cancellationToken);
        }
        catch (OpsException error) when (error is ServiceException { StatusCode: 0 } and not ServiceAuthenticationException or ObjectNotFoundException or AmbiguousNameException or RefusedException)
        {
            return [error.Message.TrimEnd('.')];
        }
    }

    /// <summary>What would make it fail; nothing where the broker would take it.</summary>
    private async Task<IReadOnlyList<string>> ProblemsAsync(string? own, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        if (MachineName is not { } machine || OptionOf("add_host", "--hostname") is not { } name)
            return [$"its commands add no machine with a host: {OutputText.Line(string.Join("; ", _commands.Select(command => string.Join(' ', command))))}"];
        if (!name.Equals(HostName, StringComparison.OrdinalIgnoreCase))
            problems.Add($"it would make the host {OutputText.Line(name, 100)}, not {HostName}");
        if (OptionOf("add_host", "--ip") is null)
            problems.Add("the inventory has no primary address");
        if (!_commands.Any(command => command[0] == "add_interface" && ValueOf(command, "--interface") == _client.Configuration.BootInterface))
            problems.Add($"it would add no interface {_client.Configuration.BootInterface}, and that is what the machine boots from (aquilon.boot-interface)");
        problems.AddRange(await UnknownAsync(cancellationToken));
        if (await _client.FindMachineAsync(machine, cancellationToken) is { } there && (there.HostName is { } other ? !other.Equals(HostName, StringComparison.OrdinalIgnoreCase) : machine != own))
            problems.Add(there.HostName is not null ? $"the machine {machine} is {there.HostName}'s" : $"the machine {machine} is there without a host, from an import that failed. Look at it with aq show_machine --machine {machine}; aq del_interface_address, for each of its addresses, and aq del_machine remove it");
        foreach (var (what, option, value) in _commands.SelectMany(Claimed).DistinctBy(claim => claim.Value))
        {
            var owners = (await _client.ReadAsync(["search_machine", .. option], cancellationToken)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(owner => owner != machine && owner != own).ToList();
            if (owners.Count > 0)
                problems.Add($"{what} {value} is used by {OutputText.Line(string.Join(", ", owners), 200)}");
        }

        return problems;
    }

    /// <summary>Does it. What an earlier import of ours has left half-way is removed, or gone on with. Where one command of our own fails, those before it are undone in reverse; netbox2aquilon does that by itself.</summary>
    /// <exception cref="ServiceException">It failed, and what it had added was taken back, or the message says what was not.</exception>
    /// <exception cref="OutcomeUnknownException">Nobody knows how one command ended; nothing more was sent.</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var there = await _client.FindMachineAsync(MachineName!, cancellationToken);
        if (_importer.Count > 0)
        {
            if (there is not null)
            {
                await InterfaceDeletion.RunAsync(_client, there, there.Interfaces, cancellationToken);
                await _client.DeleteAsync(["del_machine", "--machine", there.MachineName], cancellationToken);
            }

            await _client.ImportAsync(_importer, cancellationToken);
            return;
        }

        List<AqAdd> done = [];
        foreach (var add in _adds)
        {
            if (there is not null && add.IsThere(there))
                continue;
            try
            {
                await _client.ChangeAsync(add.Command, cancellationToken);
            }
            catch (ServiceException error)
            {
                throw new ServiceException(error.Service, $"{error.Message}{await UndoAsync(done, cancellationToken)}", error.StatusCode, error) { TargetName = _target };
            }

            done.Add(add);
            // The model's own disk comes with the machine.
            if (add.Command[0] == "add_machine")
                there = await _client.FindMachineAsync(MachineName!, cancellationToken);
        }
    }

    private async Task<string> UndoAsync(List<AqAdd> done, CancellationToken cancellationToken)
    {
        var undos = done.Select(add => add.Undo).OfType<IReadOnlyList<string>>().Reverse().ToList();
        foreach (var undo in undos)
        {
            try
            {
                await _client.DeleteAsync(undo, cancellationToken);
            }
            catch (OpsException error) when (error is ServiceException or OutcomeUnknownException)
            {
                return $" What was added before is still there, because 'aq {string.Join(' ', undo)}' failed too: {error.Message}";
            }
        }

        return undos.Count == 0 ? "" : " What was added before was taken back.";
    }

    private static AquilonRecord Restored(AquilonRecordStore store, string target, string? runId) => runId is null
        ? store.Original(target) ?? throw new RefusedException($"There is no record of {target} to restore it from.") { TargetName = target }
        : store.All(target).FirstOrDefault(record => record.RunId == runId)
            ?? throw new ObjectNotFoundException($"There is no record of {target} that the run '{OutputText.Line(runId, 80)}' took. Get-AquilonRecord {target} lists those that there are.") { TargetName = target };

    private static AquilonHost Wanted(AquilonConfiguration configuration, AquilonHost known, InventoryMachine machine) => known with
    {
        PrimaryAddress = machine.PrimaryAddress,
        Archetype = configuration.Archetype ?? known.Archetype,
        Personality = configuration.Personality ?? known.Personality,
        OsName = configuration.OsName ?? known.OsName,
        OsVersion = configuration.OsVersion ?? known.OsVersion,
        Domain = configuration.Domain ?? known.Domain,
        Sandbox = configuration.Domain is null ? configuration.Sandbox ?? known.Sandbox : null,
        Interfaces = [.. machine.Interfaces.Select(port => port with { IsBoot = port.Name == configuration.BootInterface })],
        // Those that the broker gives every machine of the model.
        Disks = [],
    };

    // What the commands name, and the broker does not know.
    private async Task<List<string>> UnknownAsync(CancellationToken cancellationToken)
    {
        List<string> unknown = [];
        var archetype = OptionOf("add_host", "--archetype");
        await Need("model", OptionOf("add_machine", "--model") is { } model ? ["show_model", "--model", model, .. OptionOf("add_machine", "--vendor") is { } vendor ? ["--vendor", vendor] : Array.Empty<string>()] : null);
        await Need("rack", OptionOf("add_machine", "--rack") is { } rack ? ["show_rack", "--rack", rack] : null);
        await Need("archetype", archetype is null ? null : ["show_archetype", "--archetype", archetype]);
        await Need("operating system", OptionOf("add_host", "--osname") is { } os && OptionOf("add_host", "--osversion") is { } version && archetype is not null ? ["show_os", "--osname", os, "--osversion", version, "--archetype", archetype] : null);
        if (OptionOf("add_host", "--personality") is { } personality && archetype is not null)
            await Need("personality", ["show_personality", "--personality", personality, "--archetype", archetype]);
        if (OptionOf("add_host", "--sandbox") is { } sandbox)
            await Need("sandbox", ["show_sandbox", "--sandbox", sandbox]);
        else
            await Need("domain", OptionOf("add_host", "--domain") is { } domain ? ["show_domain", "--domain", domain] : null);
        return unknown;

        async Task Need(string what, string[]? command)
        {
            if (command is null)
                unknown.Add($"nothing says its {what}");
            else if (!await _client.KnowsAsync(command, cancellationToken))
                unknown.Add($"Aquilon does not know the {what} {OutputText.Line(command[2], 100)}");
        }
    }

    private static IEnumerable<(string What, string[] Search, string Value)> Claimed(IReadOnlyList<string> command)
    {
        if (command[0] == "add_interface" && ValueOf(command, "--mac") is { } mac)
            yield return ("the MAC address", ["--mac", mac], mac);
        if (command[0] is "add_host" or "add_interface_address" && ValueOf(command, "--ip") is { } ip)
            yield return ("the address", ["--ip", ip, .. ValueOf(command, "--network_environment") is { } environment ? ["--network_environment", environment] : Array.Empty<string>()], ip);
    }

    private static string Require(string? value, string key)
        => value ?? throw new ConfigurationException($"aquilon.{key} is not set, and an import needs it.");

    private string? OptionOf(string command, string option) => _commands.Where(known => known[0] == command).Select(known => ValueOf(known, option)).FirstOrDefault();

    private static string? ValueOf(IReadOnlyList<string> command, string option)
    {
        for (var i = 1; i + 1 < command.Count; i++)
        {
            if (command[i] == option)
                return command[i + 1];
        }

        return null;
    }
}
