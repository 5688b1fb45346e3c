using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Writes down what Aquilon has of a host and its machine, with the commands that put it back, before anything of it is deleted.</summary>
internal sealed class SaveAquilonRecord : AquilonChange<NoParameters, SaveAquilonRecord.State>
{
    public override string Name => "aquilon.record";

    public override string Summary => "record of Aquilon";

    public override Impact Impact => Impact.Low;

    protected override async Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var store = context.Client<AquilonRecordStore>();
        var target = context.Target.Name;
        if (store.Find(target, context.Run.RunId) is { } own)
            return State.Of(own, store);
        // A host that an earlier run deleted is recorded there.
        if (await context.Client<AquilonClient>().FindHostAsync(target, cancellationToken) is null)
            return State.Of(store.FindOrLatest(target, context.Run.RunId) ?? throw new ObjectNotFoundException($"Aquilon has no host {target}, and no run has recorded one. Correct the name, or host-identity.aquilon in the configuration.") { TargetName = target }, store);
        return new State(null, null, null);
    }

    protected override bool IsDesired(ActionContext context, NoParameters parameters, State state) => state.Path is not null;

    protected override async Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        context.Client<AquilonRecordStore>().Write(new AquilonRecord
        {
            HypervisorName = context.Target.Name,
            TakenAt = context.Time.GetUtcNow(),
            TakenBy = context.Run.Person,
            RunId = context.Run.RunId,
            IsOfImport = ImportedHost.AwaitsInstallation(context, host),
            Host = host,
            ShowHost = await aquilon.ReadAsync(["show_host", "--hostname", host.HostName!], cancellationToken),
            ShowMachine = await aquilon.ReadAsync(["show_machine", "--machine", host.MachineName], cancellationToken),
            Restore = [.. RestoreOf(host)],
        });
    }

    protected override string Describe(State state) => state.Path is null ? "not taken" : $"taken at {state.TakenAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, machine {state.MachineName}{(state.IsOfImport ? ", of what was imported; how it was before is recorded already" : "")}";

    protected override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => "taken";

    protected override bool StillHolds(ActionContext context, NoParameters parameters, State? after, State now) => now.Path is not null;

    /// <summary>The commands that put a host and its machine back.</summary>
    public static IEnumerable<string> RestoreOf(AquilonHost host)
    {
        foreach (var add in HostAdds.Of(host))
            yield return Line(add.Command);
        yield return Line(["make", "--hostname", host.HostName!]);
        if (host.BuildStatus is "ready" or "almostready")
            yield return Line(["change_status", "--hostname", host.HostName!, "--buildstatus", host.BuildStatus]);
    }

    private static string Line(IEnumerable<string> command) => $"aq {string.Join(' ', command.Select(ShellQuoting.Word))}";

    /// <param name="Path">Where the record is; null where there is none.</param>
    /// <param name="MachineName">The machine it tells of.</param>
    /// <param name="TakenAt">UTC.</param>
    /// <param name="IsOfImport">Whether it tells of a host that was imported, and not installed since.</param>
    internal sealed record State(string? Path, string? MachineName, DateTimeOffset? TakenAt, bool IsOfImport = false)
    {
        public static State Of(AquilonRecord record, AquilonRecordStore store) => new(store.PathOf(record.HypervisorName, record.RunId), record.Host.MachineName, record.TakenAt, record.IsOfImport);
    }
}
