using System.Globalization;
using PlatformOps.Remote;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the views of hosts and commands show: called from PlatformOps.Format.ps1xml.</summary>
public static class RemoteView
{
    private const int MostLines = 200;

    /// <summary>How a command ended, in one line.</summary>
    public static string Head(RemoteCommandResult? result, bool colours)
    {
        if (result is null)
            return "";
        var (text, colour) = result.Outcome switch
        {
            StepOutcome.Unchanged => ("had run before", null),
            StepOutcome.Done => ("exit 0", "32"),
            StepOutcome.Unknown => ("outcome unknown", "33"),
            _ => (string.Create(CultureInfo.InvariantCulture, $"exit {result.ExitStatus}"), "31"),
        };
        return $"{result.HostName}: {StepView.Colour(text, colours, colour)}{(result.WasSkipped ? "" : $", {StepView.Duration(result.Duration)}")}";
    }

    /// <summary>What a command wrote, indented; its errors behind it. All of it is in the object.</summary>
    public static string Body(RemoteCommandResult? result, bool colours)
    {
        if (result is null)
            return "";
        var lines = Lines(result.Output).Select(line => "  " + line).Concat(Lines(result.Error).Select(line => "  " + StepView.Colour(line, colours, "31"))).ToList();
        var shown = lines.Take(MostLines).ToList();
        if (lines.Count > shown.Count)
            shown.Add(string.Create(CultureInfo.InvariantCulture, $"  … {lines.Count - shown.Count} lines more"));
        if (result.DroppedBytes > 0)
            shown.Add(string.Create(CultureInfo.InvariantCulture, $"  … {result.DroppedBytes} bytes more were dropped"));
        return string.Join('\n', shown);
    }

    /// <summary>The distribution and its version.</summary>
    public static string Os(RemoteHostFact? fact) => fact is null ? "" : StepView.OneLine($"{fact.OsId} {fact.OsVersion}".Trim());

    /// <inheritdoc cref="Os(RemoteHostFact)"/>
    public static string Os(RemoteHostHealth? health) => health is null ? "" : StepView.OneLine($"{health.OsId} {health.OsVersion}".Trim());

    /// <summary>What is wrong with a host, to its end.</summary>
    public static string What(RemoteHostHealth? health) => health switch
    {
        null or { IsHealthy: true } => "",
        { Error: { } error } => StepView.OneLine(error.Message),
        { UserName: null } => "nobody is let in with our key",
        _ => "root is refused: Grant-RemoteRootAccess lets it in",
    };

    /// <summary>How many disks of which size: 2 × 1.8 TiB.</summary>
    public static string Disks(RemoteHostFact? fact) => fact?.Disks is not { } disks
        ? ""
        : string.Join(", ", disks.GroupBy(disk => Size(disk.SizeBytes)).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} × {group.Key}")));

    /// <summary>Yes, no, or nothing where it is not known.</summary>
    public static string Yes(bool? value) => value switch
    {
        true => "yes",
        false => "no",
        null => "",
    };

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static string Size(long bytes) => bytes >= 1L << 40
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 40):0.#} TiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0} GiB");
}
