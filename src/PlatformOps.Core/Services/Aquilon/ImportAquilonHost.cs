using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="From">Where it comes from: <c>netbox2aquilon</c>, <c>aq</c>, or <c>record</c> to put back what was deleted; by default aquilon.import of the configuration.</param>
/// <param name="Record">The run whose record that is; by default the one of how the host was before it was imported anew.</param>
internal sealed record ImportAquilonHostParameters(AquilonImport? From = null, string? Record = null)
{
    public AquilonSource Source(AquilonConfiguration configuration) => new(From ?? configuration.Import, string.IsNullOrEmpty(Record) ? null : Record);
}

/// <summary>Brings a host with its machine into Aquilon.</summary>
internal sealed class ImportAquilonHost : AquilonChange<ImportAquilonHostParameters, AquilonHostState>
{
    public override string Name => "aquilon.host.import";

    public override string Summary => "host in Aquilon";

    protected override string Subject => DeleteAquilonHost.HostSubject;

    public override Impact Impact => Impact.High;

    public override bool IsIdempotent => false;

    protected override async Task<AquilonHostState> ObserveAsync(ActionContext context, ImportAquilonHostParameters parameters, CancellationToken cancellationToken)
        => AquilonHostState.Of(await context.Client<AquilonClient>().FindHostAsync(context.Target.Name, cancellationToken));

    protected override bool IsDesired(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState state) => state.IsThere;

    protected override async Task GuardAsync(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
    {
        var begun = context.Client<AquilonRecordStore>().BegunImport(context.Target.Name);
        if (await HostImport.ProblemsAsync(context, From(context, parameters), null, begun, cancellationToken) is { Count: > 0 } problems)
            throw new RefusedException($"{context.Target.Name} is not imported into Aquilon: {string.Join("; ", problems)}.{Restoring(context)}") { TargetName = context.Target.Name };
    }

    protected override async Task ApplyAsync(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
    {
        var import = await HostImport.PlanAsync(context, From(context, parameters), null, cancellationToken);
        var store = context.Client<AquilonRecordStore>();
        store.BeginImport(context.Target.Name, import.MachineName!);
        try
        {
            await import.ApplyAsync(cancellationToken);
            store.EndImport(context.Target.Name);
        }
        catch (ServiceException error) when (error is not ServiceAuthenticationException)
        {
            throw new ServiceException(error.Service, $"{error.Message}{Restoring(context)}", error.StatusCode, error) { TargetName = context.Target.Name };
        }
    }

    protected override string Describe(AquilonHostState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState before) => $"imported ({FromText(context, parameters)})";

    private static AquilonSource From(ActionContext context, ImportAquilonHostParameters parameters) => parameters.Source(context.Client<AquilonClient>().Configuration);

    private static string FromText(ActionContext context, ImportAquilonHostParameters parameters)
    {
        var source = From(context, parameters);
        return source.Import == AquilonImport.Record && (source.Record is null ? context.Client<AquilonRecordStore>().Original(context.Target.Name) : context.Client<AquilonRecordStore>().Find(context.Target.Name, source.Record)) is { } record
            ? $"record of {record.TakenAt:yyyy-MM-dd'T'HH:mm:ss'Z'}: machine {record.Host.MachineName}, {record.Host.Personality}, {record.Host.OsName} {record.Host.OsVersion}"
            : source.Import.ToString().ToLowerInvariant();
    }

    private static string Restoring(ActionContext context)
    {
        var store = context.Client<AquilonRecordStore>();
        return store.Original(context.Target.Name) is { } record
            ? $" How it was before is in {store.PathOf(record.HypervisorName, record.RunId)}, with the commands that put it back; Reset-AquilonHost -FromRecord runs them."
            : "";
    }
}
