using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>A command to run on a host, and how to see that it has run.</summary>
internal sealed record HostCommandParameters : ICheckedRecord
{
    /// <summary>The program and its arguments; no shell interprets them.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> Argv { get; init; }

    /// <summary>A path that the command makes: where it exists, the command has run.</summary>
    public string? Creates { get; init; }

    /// <summary>A command that succeeds where the other has run.</summary>
    public IReadOnlyList<string>? Unless { get; init; }

    /// <summary>The account that runs it; root where null.</summary>
    public string? User { get; init; }

    /// <summary>How long it may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public bool HasProbe => Creates is not null || Unless is { Count: > 0 };

    public IEnumerable<string> Problems()
    {
        if (Argv.Count == 0 || Argv[0].Length == 0)
            yield return "argv needs a program.";
        if (Creates is not null && Unless is not null)
            yield return "creates and unless exclude each other.";
        if (Creates is not null && !Creates.StartsWith('/'))
            yield return "creates must be a full path.";
    }
}
