using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Disk">By default those that aquilon.disk-rules of the configuration say for the machine.</param>
internal sealed record RemoveAquilonDisksParameters(string? Disk = null);

/// <summary>Removes disks of a machine in Aquilon: a named one, or what the rules say for its model and name.</summary>
internal sealed class RemoveAquilonDisks : AquilonChange<RemoveAquilonDisksParameters, RemoveAquilonDisks.State>
{
    public override string Name => "aquilon.disk.remove";

    public override string Summary => "disks in Aquilon";

    public override bool CanUndo => true;

    protected override async Task<State> ObserveAsync(ActionContext context, RemoveAquilonDisksParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        var names = parameters.Disk is { } named ? [named] : aquilon.Configuration.DiskRules.Where(rule => rule.Fits(host.Model, host.HostName)).Select(rule => rule.Disk).ToHashSet(StringComparer.Ordinal);
        return new State(host.MachineName, [.. host.Disks.Where(disk => names.Contains(disk.Name))], [.. names]);
    }

    protected override bool IsDesired(ActionContext context, RemoveAquilonDisksParameters parameters, State state) => state.Going.Count == 0;

    protected override async Task ApplyAsync(ActionContext context, RemoveAquilonDisksParameters parameters, State before, CancellationToken cancellationToken)
    {
        foreach (var disk in before.Going)
            await context.Client<AquilonClient>().DeleteAsync(["del_disk", "--machine", before.MachineName, "--disk", disk.Name], cancellationToken);
    }

    protected override string Describe(State state) => state.Going.Count > 0
        ? string.Join(", ", state.Going.Select(disk => $"{disk.Name} ({disk.SizeGB} GB {disk.Controller})"))
        : state.Ruled.Count == 0 ? "as they are: no rule is for this machine" : $"without {string.Join(", ", state.Ruled)}";

    protected override string DescribeDesired(ActionContext context, RemoveAquilonDisksParameters parameters, State before) => $"without {string.Join(", ", before.Ruled)}";

    protected override async Task UndoAsync(ActionContext context, RemoveAquilonDisksParameters parameters, State before, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        foreach (var add in before.Going.Select(disk => HostAdds.Of(host.MachineName, disk)).Where(add => !add.IsThere(host)))
            await aquilon.ChangeAsync(add.Command, cancellationToken);
    }

    /// <param name="MachineName">The machine.</param>
    /// <param name="Going">What is to be removed and is there; in full, so that it can be added again.</param>
    /// <param name="Ruled">The names of all that are to be removed.</param>
    internal sealed record State(string MachineName, IReadOnlyList<AquilonDisk> Going, IReadOnlyList<string> Ruled);
}
