using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The services of a host that run, that failed, or that its next start would run, as systemd tells.</summary>
internal static class ServiceListing
{
    private static readonly string[] Enabled = ["enabled", "enabled-runtime"];

    /// <summary>Those that somebody looks for, each with its state where it does not run.</summary>
    /// <param name="host">The host.</param>
    /// <param name="isWanted">Which; only of those is asked whether they are enabled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.RemoteHostException">systemctl failed.</exception>
    /// <exception cref="FormatException">It printed something else, or nothing that runs: whoever answers over SSH runs a service.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(RemoteHost host, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var all = Lines(await host.ReadAsync(["systemctl", "list-units", "--type=service", "--all", "--plain", "--no-legend", "--no-pager"], cancellationToken)).Select(Parse).ToList();
        if (!all.Exists(service => service.State == "active"))
            throw new FormatException($"systemctl on {host.Name} listed no running service at all.");
        var wanted = all.Where(service => isWanted(service.Name)).ToList();
        // What is only named by others, as in After=, is not there.
        var still = wanted.Where(service => service is { State: "inactive", Load: "loaded" }).Select(service => service.Name).ToList();
        var enabled = await EnabledAsync(host, still, cancellationToken);
        return [.. wanted.Where(service => service.State != "inactive" || enabled.Contains(service.Name))
            .Select(service => service.State switch { "active" => service.Name, "inactive" => $"{service.Name} (stopped, enabled)", var state => $"{service.Name} ({state})" })];
    }

    private static async Task<HashSet<string>> EnabledAsync(RemoteHost host, List<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        var states = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null, state = null;
        foreach (var line in Lines(await host.ReadAsync(["systemctl", "show", "--property=Id", "--property=UnitFileState", "--", .. names], cancellationToken)))
        {
            if (line.StartsWith("Id=", StringComparison.Ordinal))
                name = line["Id=".Length..];
            else if (line.StartsWith("UnitFileState=", StringComparison.Ordinal))
                state = line["UnitFileState=".Length..];
            if (name is null || state is null)
                continue;
            states[name] = state;
            (name, state) = (null, null);
        }

        return names.Find(one => !states.ContainsKey(one)) is { } missing
            ? throw new FormatException($"systemctl on {host.Name} does not tell whether {missing} is enabled.")
            : [.. names.Where(one => Enabled.Contains(states[one]))];
    }

    private static IEnumerable<string> Lines(SshResult result) => OutputText.Clean(result.OutputBytes.Span).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    // A mark stands before what failed, by releases that know no better.
    private static Service Parse(string line)
        => line.TrimStart('●', '×', '○', '*', ' ').Split(' ', 4, StringSplitOptions.RemoveEmptyEntries) is [var name, var load, var state, ..]
            ? new Service(name, load, state)
            : throw new FormatException($"systemctl printed a service without its state: {line}");

    private sealed record Service(string Name, string Load, string State);
}
