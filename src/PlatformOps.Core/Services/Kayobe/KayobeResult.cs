namespace PlatformOps.Core.Services.Kayobe;

/// <summary>How a command of Kayobe ended, judged by its exit status and by what Ansible told of every host.</summary>
/// <param name="ExitStatus">Null where nobody knows.</param>
/// <param name="Lost">Why nobody knows, as the end of a sentence.</param>
/// <param name="Hosts">The hosts that it was for.</param>
/// <param name="Recaps">What became of each host.</param>
/// <param name="Problems">What went wrong; nothing where all went well.</param>
/// <param name="Duration">How long it took, or was waited for.</param>
internal sealed record KayobeResult(int? ExitStatus, string? Lost, IReadOnlyList<string> Hosts, IReadOnlyDictionary<string, HostRecap> Recaps, IReadOnlyList<string> Problems, TimeSpan Duration)
{
    /// <summary>Another held the configuration, and nothing was begun.</summary>
    public bool IsOccupied => ExitStatus == KayobeScripts.LockedStatus;

    public static KayobeResult Of(int? exitStatus, string? lost, PlayReader plays, IReadOnlyList<string> wanted, TimeSpan duration)
    {
        if (exitStatus is null)
            return new(null, lost, wanted, plays.Recaps, [], duration);
        if (exitStatus == KayobeScripts.LockedStatus)
            return new(exitStatus, null, wanted, plays.Recaps, [], duration);
        // What it says of the hosts comes first: an exit status tells only that there is something.
        var problems = plays.Problems(wanted).ToList();
        if (exitStatus != 0)
            problems.Add($"exit {exitStatus} ({Meaning(exitStatus.Value)})");
        return new(exitStatus, null, wanted, plays.Recaps, problems, duration);
    }

    private static string Meaning(int status) => status switch
    {
        1 => "an error, or a wrong configuration",
        2 => "hosts failed, or a wrong option",
        4 => "hosts were unreachable",
        8 => "broken off",
        126 or 127 => "not found on the control host",
        > 128 => "ended by a signal",
        _ => "an error",
    };
}
