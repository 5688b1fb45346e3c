using System.Net.Http.Json;

namespace PlatformOps.Runner;

/// <summary>What a rehearsal meets that is not as it should be, so that one sees the house hold: a hypervisor that fails its checks, one whose BMC address is another machine's, one whose ticket service is away for a while.</summary>
internal sealed class RehearsalTroubles
{
    // With fewer hypervisors all is well.
    private const int Enough = 6;

    private readonly IReadOnlyList<string> _targets;

    public RehearsalTroubles(IReadOnlyList<string> targets)
    {
        _targets = targets;
        if (targets.Count < Enough)
            return;
        // Neither the first nor the last: the others must not notice.
        (NotTheOldOs, AnothersBmc, TicketAway) = (targets[3], targets[^2], targets[1]);
        Arranged = new Dictionary<string, Trouble>(StringComparer.Ordinal)
        {
            [NotTheOldOs] = new("its system is not the old one", "PreDrain.host.os"),
            [AnothersBmc] = new("its BMC's address leads to another machine", "PreReinstall.hypervisor.identity"),
            [TicketAway] = new("its ticket could not be told for a while"),
        };
    }

    /// <summary>What was arranged, by hypervisor.</summary>
    public IReadOnlyDictionary<string, Trouble> Arranged { get; } = new Dictionary<string, Trouble>();

    private string? NotTheOldOs { get; }

    private string? AnothersBmc { get; }

    private string? TicketAway { get; }

    public async Task MakeAsync(HttpClient control, Func<string, string?> ticketOf)
    {
        if (NotTheOldOs is null)
            return;
        await PostAsync(control, $"lab/hosts/{NotTheOldOs}", new { osVersion = "9.4" });
        await PostAsync(control, $"lab/bmc/{AnothersBmc}", new { leadsTo = _targets[0] });
        await PostAsync(control, "lab/faults", new { service = "jira", target = ticketOf(TicketAway!), effect = "status:503", count = 8 });
    }

    private static async Task PostAsync(HttpClient control, string path, object body)
        => (await control.PostAsJsonAsync(path, body)).EnsureSuccessStatusCode();
}
