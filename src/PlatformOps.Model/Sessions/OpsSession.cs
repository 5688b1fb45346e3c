namespace PlatformOps.Sessions;

/// <summary>A handle to an open session: which configuration and environment the cmdlets work on. Holds no client and no secret.</summary>
public sealed record OpsSession
{
    /// <summary>The session's name, unique in its runspace.</summary>
    public required string Name { get; init; }

    /// <summary>Unique in the process.</summary>
    public required Guid Id { get; init; }

    /// <summary>The environment as the configuration names it, such as <c>prod</c>; shown in every confirmation.</summary>
    public required string Environment { get; init; }

    /// <summary>The configuration file.</summary>
    public required string ConfigurationPath { get; init; }

    /// <summary>The services that the configuration has a section for.</summary>
    public string[] Services { get; init; } = [];

    /// <summary>When it was opened, UTC.</summary>
    public required DateTimeOffset ConnectedAt { get; init; }

    /// <summary>The session's name.</summary>
    public override string ToString() => Name;
}
