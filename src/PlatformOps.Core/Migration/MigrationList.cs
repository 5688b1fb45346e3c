using System.Text.RegularExpressions;
using PlatformOps.Errors;
using PlatformOps.Migration;

namespace PlatformOps.Core.Migration;

/// <summary>The list file of a migration: one <c>&lt;host&gt; &lt;TICKET-KEY&gt;</c> a line, any white space between, <c>#</c> comments; the key may be missing.</summary>
internal static partial class MigrationList
{
    private const int MostTold = 9;

    private const string Expected = "A list is a text file with one '<fully qualified name> <TICKET-KEY>' a line.";

    /// <summary>The targets of a list file, which names at least one.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SourceException">It is no list, names nobody, or a line is malformed.</exception>
    public static async Task<MigrationTarget[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (Directory.Exists(file))
            throw new SourceException($"This is a folder. {Expected}", file);
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no file {file}. {Expected}", file);
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        return Parse(text, file) is { Length: > 0 } targets
            ? targets
            : throw new SourceException($"It names no hypervisor: {(string.IsNullOrWhiteSpace(text) ? "it is empty" : "every line is blank or a comment")}. {Expected}", file);
    }

    /// <summary>The targets in the order of the file.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <exception cref="SourceException">A line is malformed or a host comes twice; names the line.</exception>
    public static MigrationTarget[] Parse(string text, string file)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var targets = new List<MigrationTarget>();
        var bad = new List<(int Line, string Problem)>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var (target, problem) = ReadLine(line, number);
            if (target is not null && !seen.TryAdd(target.HypervisorName, number))
                problem = $"'{target.HypervisorName}' is in line {seen[target.HypervisorName]} already. Remove one of the two.";
            if (problem is not null)
                bad.Add((number, problem));
            else if (target is not null)
                targets.Add(target);
        }

        // Mended at one go, not line by line; of a file that is no list, not all of it.
        return bad switch
        {
            [] => [.. targets],
            [var (first, problem)] => throw new SourceException($"{problem} Nothing was read.", file, first),
            [var (first, problem), .. var more] => throw new SourceException($"{problem} Also wrong: {string.Join(" ", more.Take(MostTold).Select(one => $"line {one.Line}: {one.Problem}"))}{(more.Count > MostTold ? $" and {more.Count - MostTold} more lines." : "")} Nothing was read.", file, first),
        };
    }

    /// <summary>The same file with the keys that its lines lack; everything else, comments and white space too, stays as it is.</summary>
    /// <param name="text">The whole file; empty for a new one.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="targets">The targets with their keys.</param>
    /// <param name="append">Whether targets that are not in the file are added at its end; otherwise they are an error.</param>
    /// <exception cref="SourceException">The file is malformed, carries another key for a target, or lacks one.</exception>
    public static string WithKeys(string text, string file, IEnumerable<MigrationTarget> targets, bool append)
    {
        Parse(text, file);
        var wanted = new Dictionary<string, MigrationTarget>(StringComparer.OrdinalIgnoreCase);
        foreach (var target in targets)
        {
            if (wanted.TryGetValue(target.HypervisorName, out var other) && other.TicketId is not null && target.TicketId is not null && other.TicketId != target.TicketId)
                throw new SourceException($"'{target.HypervisorName}' was given with two tickets, {other.TicketId} and {target.TicketId}.", file);
            if (other?.TicketId is null)
                wanted[target.HypervisorName] = target;
        }
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = text.Length == 0 ? [] : text.Split('\n').ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            if (ParseLine(lines[i], file, i + 1) is not { } present || !wanted.Remove(present.HypervisorName, out var target) || target.TicketId is null)
                continue;
            if (present.TicketId is null)
            {
                var end = lines[i].IndexOf(present.HypervisorName, StringComparison.Ordinal) + present.HypervisorName.Length;
                lines[i] = lines[i].Insert(end, " " + target.TicketId);
            }
            else if (present.TicketId != target.TicketId)
            {
                throw new SourceException($"'{present.HypervisorName}' has the ticket {present.TicketId} there, and {target.TicketId} was to be written. Nothing was written; correct the line by hand.", file, i + 1);
            }
        }
        if (wanted.Count > 0)
        {
            if (!append)
                throw new SourceException($"{string.Join(", ", wanted.Values.Select(t => "'" + t.HypervisorName + "'"))} {(wanted.Count == 1 ? "is" : "are")} not in the file. Nothing was written; -Append adds what is missing.", file);
            if (lines.Count > 0 && lines[^1].Length > 0)
                lines[^1] += newLine.Length > 1 ? "\r" : "";
            else if (lines.Count > 0)
                lines.RemoveAt(lines.Count - 1);
            lines.AddRange(wanted.Values.Select(t => Line(t) + (newLine.Length > 1 ? "\r" : "")));
            lines.Add("");
        }
        return string.Join('\n', lines);
    }

    private static string Line(MigrationTarget target) => target.TicketId is null ? target.HypervisorName : target.HypervisorName + " " + target.TicketId;

    // The file was parsed before, and has no bad line.
    private static MigrationTarget? ParseLine(string line, string file, int number)
        => ReadLine(line, number) is var (target, problem) && problem is null ? target : throw new SourceException(problem!, file, number);

    private static (MigrationTarget? Target, string? Problem) ReadLine(string line, int number)
    {
        var content = CommentStart().Split(line, 2)[0];
        var fields = content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length == 0)
            return default;
        if (fields.Length > 2)
            return (null, $"A line is '<fully qualified name> <TICKET-KEY>', and this one has {fields.Length} words.");
        if (fields[0].Length > 253 || !HostName().IsMatch(fields[0]))
            return (null, $"'{Printable(fields[0])}' is not a host name.");
        if (fields.Length == 2 && !TicketKey().IsMatch(fields[1]))
            return (null, $"'{Printable(fields[1])}' is not a ticket key such as MH-101.");
        return (new MigrationTarget { HypervisorName = fields[0], TicketId = fields.Length == 2 ? fields[1] : null, ListLine = number }, null);
    }

    /// <summary>A file may hold anything: what of it goes into an error is short and harmless.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Take(60).Select(c => char.IsControl(c) ? '?' : c)) + (text.Length > 60 ? "…" : "");

    [GeneratedRegex(@"(?:^|(?<=\s))#")]
    private static partial Regex CommentStart();

    // RFC 1123, section 2.1; the underscore because some sites have it.
    [GeneratedRegex(@"\A(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?))*\z")]
    private static partial Regex HostName();

    // Jira's default rule for project keys: a letter, then letters, digits and underscores in upper case.
    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]+-[0-9]{1,10}\z")]
    private static partial Regex TicketKey();
}
