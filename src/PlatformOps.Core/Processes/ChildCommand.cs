namespace PlatformOps.Core.Processes;

/// <summary>A program to start with its arguments as a list: no shell ever sees them.</summary>
/// <param name="Program">A rooted path, or a plain name that is looked for in <c>PATH</c> (never in the working directory).</param>
/// <param name="Arguments">Its arguments, each passed as it is. No secrets: every user of the machine can read them.</param>
internal sealed record ChildCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>What <see cref="ChildProcess.RunAsync"/> writes to its standard input before closing it; nothing where null.</summary>
    public ReadOnlyMemory<byte>? Input { get; init; }

    /// <summary>Variables set on top of our own; a null value removes one. <c>PATH</c> here is also where the program is looked for.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The folder it starts in; ours where null.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>How long it may take; past it the whole process tree is killed. No limit where null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How many bytes of output, and as many of error output, are kept. What comes after is read, counted and dropped.</summary>
    public int OutputLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>Called with each piece of output as it comes, one call at a time; pieces over the limit too. The data is valid during the call only.</summary>
    public Action<ChildOutput>? OnOutput { get; init; }
}
