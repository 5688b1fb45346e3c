namespace PlatformOps.Core.Ssh;

/// <summary>A command as a list of arguments; quoted for a POSIX shell in one place, never pasted together.</summary>
internal sealed record SshCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>What goes to its standard input; nothing where null.</summary>
    public ReadOnlyMemory<byte>? Input { get; init; }

    /// <summary>Variables set for the command.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How long it may take; past it the connection is cut and the outcome is Unknown.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Called with each piece of output as it comes, in order; may be null.</summary>
    public Action<SshOutput>? OnOutput { get; init; }
}
