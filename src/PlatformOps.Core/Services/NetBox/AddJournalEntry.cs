using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.NetBox;

/// <param name="Text">Markdown; our marker is written behind it.</param>
/// <param name="Kind"><c>info</c>, <c>success</c>, <c>warning</c> or <c>danger</c>.</param>
internal sealed record AddJournalEntryParameters(string Text, string Kind = "info");

/// <summary>Writes a note into a device's journal, once.</summary>
internal sealed class AddJournalEntry : Change<AddJournalEntryParameters, JournalEntryState>
{
    private static readonly string[] Kinds = ["info", "success", "warning", "danger"];

    public override string Name => "netbox.journal-entry";

    public override string Summary => "NetBox journal entry";

    public override Impact Impact => Impact.Low;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["netbox"];

    protected override async Task<JournalEntryState> ObserveAsync(ActionContext context, AddJournalEntryParameters parameters, CancellationToken cancellationToken)
    {
        if (!Kinds.Contains(parameters.Kind))
            throw new RefusedException($"A journal entry has no kind '{parameters.Kind}': it is {string.Join(", ", Kinds)}.");
        var netBox = context.Client<NetBoxClient>();
        var device = await netBox.DeviceAsync(context.Target.Name, cancellationToken);
        return new JournalEntryState(device.DeviceName, device.Id, await netBox.HasJournalEntryAsync(device.Id, device.DeviceName, context.Marker, cancellationToken));
    }

    protected override bool IsDesired(ActionContext context, AddJournalEntryParameters parameters, JournalEntryState state) => state.IsWritten;

    protected override Task ApplyAsync(ActionContext context, AddJournalEntryParameters parameters, JournalEntryState before, CancellationToken cancellationToken)
        => context.Client<NetBoxClient>().AddJournalEntryAsync(before.Id, before.Device, parameters.Kind, $"{parameters.Text}\n\n{context.Marker}", cancellationToken);

    protected override string Describe(JournalEntryState state) => state.IsWritten ? "entry written" : "no entry";

    protected override string DescribeDesired(ActionContext context, AddJournalEntryParameters parameters, JournalEntryState before) => "entry written";
}

internal sealed record JournalEntryState(string Device, long Id, bool IsWritten);
