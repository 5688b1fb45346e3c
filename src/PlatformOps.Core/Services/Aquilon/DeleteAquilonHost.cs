using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Reimport">It is imported again afterwards: refuse where that would fail.</param>
/// <param name="KeepImported">One that was imported before as it is wanted, and is not installed yet, stays.</param>
internal sealed record DeleteAquilonHostParameters(bool Reimport = true, bool KeepImported = false);

/// <summary>Deletes a host in Aquilon; its machine stays. Only with a record of this run to restore from, and where it is to be imported again, only if that would succeed.</summary>
internal sealed class DeleteAquilonHost : AquilonChange<DeleteAquilonHostParameters, AquilonHostState>
{
    /// <summary>What deleting, importing and the build status are of.</summary>
    public const string HostSubject = "aquilon.host";

    public override string Name => "aquilon.host.delete";

    public override string Summary => "host in Aquilon";

    public override string? Loss => "the host is deleted in Aquilon";

    protected override string Subject => HostSubject;

    public override Impact Impact => Impact.High;

    public override bool IsIdempotent => false;

    protected override bool IsDestructive(DeleteAquilonHostParameters parameters) => true;

    protected override async Task<AquilonHostState> ObserveAsync(ActionContext context, DeleteAquilonHostParameters parameters, CancellationToken cancellationToken)
    {
        var host = await context.Client<AquilonClient>().FindHostAsync(context.Target.Name, cancellationToken);
        // A name that was never there has not been deleted.
        return host is not null || context.Client<AquilonRecordStore>().FindOrLatest(context.Target.Name, context.Run.RunId) is not null
            ? AquilonHostState.Of(host) with { AwaitsInstallation = parameters.KeepImported && host is not null && ImportedHost.AwaitsInstallation(context, host) }
            : throw new ObjectNotFoundException($"Aquilon has no host {context.Target.Name}, and no run has recorded one.") { TargetName = context.Target.Name };
    }

    protected override bool IsDesired(ActionContext context, DeleteAquilonHostParameters parameters, AquilonHostState state) => !state.IsThere || state.AwaitsInstallation;

    protected override async Task GuardAsync(ActionContext context, DeleteAquilonHostParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var target = context.Target.Name;
        var host = await aquilon.HostAsync(target, cancellationToken);
        if (context.Client<AquilonRecordStore>().Find(target, context.Run.RunId) is not { } record)
            throw new RefusedException($"{host.HostName} is not deleted in Aquilon: this run has no record of it to restore it from. Take aquilon.record first.") { TargetName = target };
        if (record.Host.HostName != host.HostName || record.Host.MachineName != host.MachineName)
            throw new RefusedException($"{host.HostName} is not deleted in Aquilon: this run's record tells of {record.Host.HostName} on machine {record.Host.MachineName}, and now it is on {host.MachineName}. Somebody changed it since; begin a new run.") { TargetName = target };
        if (host.Cluster is { } cluster)
            throw new RefusedException($"{host.HostName} is a member of the cluster {cluster}, and Aquilon deletes no member: take it out first with aq uncluster --hostname {host.HostName} --cluster {cluster}.") { TargetName = target };
        if (!BuildStatuses.Deletable.Contains(host.BuildStatus))
            throw new RefusedException($"{host.HostName} is {host.BuildStatus} in Aquilon, and hosts are deleted only when they are {string.Join(", ", BuildStatuses.Deletable)}. Change it first with aquilon.buildstatus.") { TargetName = target };
        if (parameters.Reimport && await HostImport.ProblemsAsync(context, new AquilonSource(aquilon.Configuration.Import), host, host.MachineName, cancellationToken) is { Count: > 0 } problems)
            throw new RefusedException($"{host.HostName} is not deleted in Aquilon, because it could not be imported again: {string.Join("; ", problems)}.") { TargetName = target };
        await context.Client<IWipeProof>().RequireReleasedAsync(context, cancellationToken);
    }

    protected override Task ApplyAsync(ActionContext context, DeleteAquilonHostParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
        => context.Client<AquilonClient>().DeleteAsync(["del_host", "--hostname", before.HostName!], cancellationToken);

    protected override string Describe(AquilonHostState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, DeleteAquilonHostParameters parameters, AquilonHostState before) => "no host";

    /// <summary>A host that is in everything as it was before was not deleted and made again; one that differs is a person's to look at.</summary>
    protected override Task<ProbeAnswer> ProbeAsync(ActionContext context, DeleteAquilonHostParameters parameters, AquilonHostState before, AquilonHostState now, CancellationToken cancellationToken)
        => Task.FromResult(!now.IsThere ? ProbeAnswer.Happened : now.Digest == before.Digest ? ProbeAnswer.NotHappened : ProbeAnswer.Undecidable);
}
