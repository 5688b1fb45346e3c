namespace PlatformOps.Lab.World;

/// <summary>A status of the workflow and the transition that leads to it, which has a name of its own.</summary>
internal sealed record TicketStatus(int Id, string Name, string CategoryKey, int TransitionId, string TransitionName)
{
    public static readonly IReadOnlyList<TicketStatus> Workflow =
    [
        new(10000, "Backlog", "new", 11, "Back to backlog"),
        new(10001, "Draining", "indeterminate", 21, "Start draining"),
        new(10002, "Drained", "indeterminate", 31, "Draining finished"),
        new(10003, "Working On Pre Bios", "indeterminate", 41, "Start pre-BIOS work"),
        new(10004, "Pre Bios Failed", "indeterminate", 51, "Pre-BIOS work failed"),
        new(10005, "Ready For Reinstall", "indeterminate", 61, "Hand over for reinstall"),
        new(10006, "Working On Post Reinstall", "indeterminate", 71, "Start post-reinstall work"),
        new(10007, "Ready For Adoption", "indeterminate", 81, "Hand over for adoption"),
        new(10008, "Working On Adoption", "indeterminate", 91, "Start adoption"),
        new(10009, "Adoption Failed", "indeterminate", 101, "Adoption went wrong"),
        new(10010, "Ready For Test", "indeterminate", 111, "Hand over for test"),
        new(10011, "Done", "done", 121, "Close"),
    ];
}
