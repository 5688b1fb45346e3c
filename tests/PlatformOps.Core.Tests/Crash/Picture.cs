using System.Text.Json;
using System.Text.RegularExpressions;
using PlatformOps.Core.Tests.Migration;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>What a lab has of one hypervisor, and everything that was changed for it, without what chance and the clock put in.</summary>
internal sealed partial class Picture
{
    // A BMC ends the sessions of the dead by itself. Looks of ours that write (a lease on a controller, a run that is kept to be found again) are made as often as there is a process. A try at
    // Kayobe that finds another at work begins nothing and is made again; what Kayobe did run is compared by itself.
    private static readonly string[] Leases = ["Sessions", "background", "ops-detached kayobe"];

    private readonly SortedDictionary<string, int> _lines = new(StringComparer.Ordinal);

    public static async Task<Picture> OfAsync(PhaseLab lab, int number)
    {
        var picture = new Picture();
        string name = $"hv{number:00}", fqdn = $"{name}.lab.example", ticket = $"MH-{100 + number}";
        foreach (var write in await lab.WriteDetailsAsync())
        {
            if ((write.Contains(name, StringComparison.Ordinal) || write.Contains(ticket, StringComparison.Ordinal) || write.Contains($"netbox-10{number:00}", StringComparison.Ordinal))
                && !Leases.Any(lease => write.Contains(lease, StringComparison.Ordinal)))
                picture.Add($"write {(write.Contains("/comment ", StringComparison.Ordinal) ? write.Split('\n')[0] : write)}");
        }

        var state = await lab.StateAsync();
        var told = await lab.TicketAsync(ticket);
        picture.Add($"ticket is {told.GetProperty("status")}");
        foreach (var comment in told.GetProperty("comments").EnumerateArray())
            picture.Add($"comment {comment.GetProperty("body").GetString()!.Split('\n')[0]}");
        foreach (var file in told.GetProperty("attachments").EnumerateArray())
            picture.Add($"attachment {file.GetProperty("filename")}");
        foreach (var silence in state.GetProperty("alertmanager").GetProperty("silences").EnumerateArray().Where(silence => Naming(silence, name)))
            picture.Add($"silence {silence.GetProperty("state")} {silence.GetProperty("matchers")} {silence.GetProperty("comment")}");
        foreach (var machine in state.GetProperty("aquilon").GetProperty("machines").EnumerateArray().Where(machine => Naming(machine, name)))
            picture.Add(machine, "aquilon");
        if (state.GetProperty("aquilon").GetProperty("pxe").TryGetProperty(fqdn, out var boot))
            picture.Add($"boots {boot} from the network");
        foreach (var device in state.GetProperty("netbox").GetProperty("devices").EnumerateArray().Where(device => device.GetProperty("name").GetString() == name))
            picture.Add(device, "netbox");
        foreach (var run in state.GetProperty("kayobe").GetProperty("runs").EnumerateArray().Where(run => Naming(run, name)))
            picture.Add($"kayobe {run.GetProperty("command")}");
        picture.Add(await lab.HostAsync(number), "host");
        return picture;
    }

    /// <summary>What came since an earlier one.</summary>
    public Picture Since(Picture earlier)
    {
        var since = new Picture();
        foreach (var (line, times) in _lines.Where(line => line.Value > earlier._lines.GetValueOrDefault(line.Key)))
            since._lines[line] = times - earlier._lines.GetValueOrDefault(line);
        return since;
    }

    /// <summary>What is other than in a picture of an undisturbed one; nothing where all is the same.</summary>
    public IReadOnlyList<string> DifferenceFrom(Picture undisturbed) =>
    [
        .. _lines.Where(line => line.Value > undisturbed._lines.GetValueOrDefault(line.Key)).Select(line => $"+{line.Value - undisturbed._lines.GetValueOrDefault(line.Key)} {line.Key}"),
        .. undisturbed._lines.Where(line => line.Value > _lines.GetValueOrDefault(line.Key)).Select(line => $"-{line.Value - _lines.GetValueOrDefault(line.Key)} {line.Key}"),
    ];

    private static bool Naming(JsonElement element, string name) => element.GetRawText().Contains(name, StringComparison.Ordinal);

    private void Add(JsonElement element, string of)
    {
        foreach (var property in element.EnumerateObject().Where(property => property.Name is not ("bootId" or "hostKey" or "revision" or "id" or "compilations" or "bmcSessions")))
            Add($"{of} {property.Name}: {property.Value}");
    }

    private void Add(string line)
    {
        line = Chance().Replace(line, "…");
        _lines[line] = _lines.GetValueOrDefault(line) + 1;
    }

    [GeneratedRegex(@"\d{8}-\d{6}-[0-9a-f]{6}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)|\d{4}-\d\d-\d\d|127\.0\.0\.1:\d+|(?<=comment )\d+|\.[0-9a-f]{12}(?=\.json)|[0-9a-f]{64}|(?<=\.[a-z]+-)[0-9a-f]{12}\b")]
    private static partial Regex Chance();
}
