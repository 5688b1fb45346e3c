using System.Globalization;
using System.Text.RegularExpressions;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Reads what Ansible's default output says of the hosts, line by line: where they failed, and the PLAY RECAP of each of its runs.</summary>
/// <remarks>Facts from ansible-core's callback <c>default</c>: a task that failed is told as <c>fatal: [host]: FAILED!</c> or <c>UNREACHABLE!</c> also where it was ignored or rescued, which only the recap tells.</remarks>
internal sealed partial class PlayReader
{
    private readonly Dictionary<string, HostRecap> _recaps = new(StringComparer.Ordinal);
    private readonly List<Fatal> _fatals = [];
    private string _task = "";
    private bool _isInRecap;

    /// <summary>The hosts of all recaps.</summary>
    public IReadOnlyDictionary<string, HostRecap> Recaps => _recaps;

    /// <summary>How many recaps were told: one for each playbook or group of them that Kayobe runs.</summary>
    public int RecapCount { get; private set; }

    public void Read(string line)
    {
        if (line.StartsWith("PLAY RECAP", StringComparison.Ordinal))
        {
            RecapCount++;
            _isInRecap = true;
        }
        else if (_isInRecap && Row().Match(line) is { Success: true } row)
        {
            var recap = new HostRecap(Number(row, 2), Number(row, 3), Number(row, 4), Number(row, 5), Number(row, 6), Number(row, 7), Number(row, 8));
            var host = row.Groups[1].Value;
            _recaps[host] = _recaps.TryGetValue(host, out var sum) ? sum + recap : recap;
        }
        else if (line.StartsWith("TASK [", StringComparison.Ordinal) || line.StartsWith("RUNNING HANDLER [", StringComparison.Ordinal))
        {
            (_isInRecap, _task) = (false, line[..(line.LastIndexOf(']') + 1)]);
        }
        else if (Failure().Match(line) is { Success: true } failure)
        {
            _fatals.Add(new Fatal(failure.Groups[1].Value, failure.Groups[2].Value == "UNREACHABLE", _task));
        }
        else if (line.StartsWith("PLAY [", StringComparison.Ordinal))
        {
            _isInRecap = false;
        }
    }

    /// <summary>What went wrong, host by host; nothing where every wanted host came through.</summary>
    /// <param name="wanted">The hosts that the command was for.</param>
    public IReadOnlyList<string> Problems(IReadOnlyList<string> wanted)
    {
        if (RecapCount == 0)
            return ["there is no PLAY RECAP: it did not come to its end"];
        if (_recaps.Count == 0)
            return ["the PLAY RECAP is empty: no host was worked on"];
        List<string> problems = [];
        foreach (var host in wanted.Concat(_recaps.Keys).Concat(_fatals.Select(fatal => fatal.Host)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (ProblemOf(host, _recaps.GetValueOrDefault(host)) is { } problem)
                problems.Add(problem);
        }

        return problems;
    }

    private string? ProblemOf(string host, HostRecap? recap)
    {
        var fatals = _fatals.Where(fatal => fatal.Host == host).ToList();
        if (fatals.Find(fatal => fatal.IsUnreachable) is { } lost || recap is { Unreachable: > 0 })
            return $"{host} was unreachable{In(fatals.Find(fatal => fatal.IsUnreachable))}";
        if (recap is null)
            return fatals.Count > 0 ? $"{host} failed{In(fatals[^1])}" : $"{host} is not in the PLAY RECAP: nothing was done to it";
        // What was ignored or rescued is told as fatal too.
        return recap.Failed > 0 || fatals.Count > recap.Ignored + recap.Rescued ? $"{host} failed{In(fatals.LastOrDefault())} ({recap})" : null;
    }

    private static string In(Fatal? fatal) => fatal is { Task.Length: > 0 } ? $" in {fatal.Task}" : "";

    private static int Number(Match row, int group) => row.Groups[group].Success ? int.Parse(row.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    // Rescued and ignored came with ansible 2.8.
    [GeneratedRegex(@"\A(\S+)\s+: ok=([0-9]{1,9})\s+changed=([0-9]{1,9})\s+unreachable=([0-9]{1,9})\s+failed=([0-9]{1,9})(?:\s+skipped=([0-9]{1,9}))?(?:\s+rescued=([0-9]{1,9}))?(?:\s+ignored=([0-9]{1,9}))?\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    // A delegated task's has [host -> other]. A loop's items are told as "failed: [host] (item=…)", and only the recap counts them.
    [GeneratedRegex(@"\Afatal: \[([^\]\s]+)(?: -> [^\]]*)?\]: (UNREACHABLE|FAILED)!", RegexOptions.CultureInvariant)]
    private static partial Regex Failure();

    private sealed record Fatal(string Host, bool IsUnreachable, string Task);
}
