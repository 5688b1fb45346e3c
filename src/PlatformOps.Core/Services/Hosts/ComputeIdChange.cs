using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>
/// Puts nova-compute's node identity back after a reinstall. Since 2023.1 nova-compute does not start without it where its service record exists
/// (Nova, "compute_id"). Another identity that is there is never overwritten: it is another compute node's.
/// </summary>
internal sealed class ComputeIdChange : Change<ComputeIdParameters, ComputeIdState>
{
    // nova-compute reads each of them, and refuses to start where they differ.
    private static readonly string[] Known = ["/var/lib/nova/compute_id", "/etc/nova/compute_id"];

    public override string Name => "host.compute-id";

    public override string Summary => "compute_id";

    public override bool IsOfSystem => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    public override bool CanUndo => true;

    protected override async Task<ComputeIdState> ObserveAsync(ActionContext context, ComputeIdParameters parameters, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        var ids = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var path in parameters.Paths.Union(Known))
            ids[path] = await host.ReadFileAsync(path, cancellationToken) is { } text ? OutputText.Line(text, 100) : null;
        return new ComputeIdState(ids);
    }

    protected override bool IsDesired(ActionContext context, ComputeIdParameters parameters, ComputeIdState state)
    {
        foreach (var (path, id) in state.Ids)
        {
            if (id is not null && !IsWanted(parameters, id))
                throw new RefusedException($"{path} on {context.Target.Name} holds '{id}', and {parameters.Id} was to be put there. One of them is another compute node's: find out which is this host's, and remove the file if it is wrong.") { TargetName = context.Target.Name };
        }

        return parameters.Paths.All(path => state.Ids[path] is not null);
    }

    protected override async Task ApplyAsync(ActionContext context, ComputeIdParameters parameters, ComputeIdState before, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        foreach (var path in parameters.Paths.Where(path => before.Ids[path] is null))
        {
            await host.ChangeAsync(["mkdir", "-p", "--", path[..path.LastIndexOf('/')]], cancellationToken);
            await RemoteFile.ReplaceAsync(host, path, $"{parameters.Id}\n", RemoteFile.ForAll, cancellationToken);
        }
    }

    protected override string Describe(ComputeIdState state) => string.Join(", ", state.Ids.Select(pair => $"{pair.Key} {pair.Value ?? "absent"}"));

    protected override string DescribeDesired(ActionContext context, ComputeIdParameters parameters, ComputeIdState before)
        => string.Join(", ", parameters.Paths.Select(path => $"{path} {parameters.Id}"));

    /// <summary>Only files that were absent were written, so they are what goes.</summary>
    protected override async Task UndoAsync(ActionContext context, ComputeIdParameters parameters, ComputeIdState before, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        foreach (var path in parameters.Paths.Where(path => before.Ids.GetValueOrDefault(path) is null))
            await host.ChangeAsync(["rm", "-f", "--", path], cancellationToken);
    }

    private static bool IsWanted(ComputeIdParameters parameters, string id) => Guid.TryParse(id, out var found) && found == parameters.Id;
}
