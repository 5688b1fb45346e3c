namespace PlatformOps.Lab.Wire;

/// <summary>One emulated HTTP service. A new one is a folder under Services and one line in <see cref="LabServices"/>.</summary>
internal interface ILabService
{
    /// <summary>The name in faults, counters and the write list: <c>nova</c>.</summary>
    string Name { get; }

    /// <summary>Where it lives on the lab's one port: <c>/compute</c>.</summary>
    string Prefix { get; }

    /// <summary>What of a path below the prefix is left out of call names: <c>/v2.1</c>.</summary>
    IReadOnlyList<string> ApiRoots { get; }

    /// <summary>Adds the routes; they are relative to the prefix.</summary>
    void Map(IEndpointRouteBuilder routes);

    /// <summary>The names of what a call is about (host, ticket, device), for the target of a fault.</summary>
    IEnumerable<string> TargetsOf(LabCall call);

    /// <summary>The answer to a path or method that the service does not have.</summary>
    Answer Unrouted(LabCall call, bool pathKnown);

    /// <summary>An error of the service's own making, in its own form, for the fault <c>status</c>.</summary>
    Answer Failure(int status, string message);

    /// <summary>The answer of the fault <c>token-expired</c>; where tokens are issued, the one that was used is dropped for good.</summary>
    Answer TokenExpired(LabCall call);
}
