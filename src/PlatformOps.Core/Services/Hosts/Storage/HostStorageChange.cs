using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>
/// Makes a host's data disks ready as the storage profile of its hardware says, step by step. Before each step all is looked at again and decided
/// anew; a step that was not in the plan that was agreed to is refused.
/// </summary>
internal sealed class HostStorageChange : Change<HostStorageParameters, HostStorageState>
{
    // mkfs.xfs discards the whole device first.
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(30);

    public override string Name => "host.storage";

    public override string Summary => "storage";

    public override string? Loss => "disks are partitioned and formatted: what is on them is gone";

    public override bool IsOfSystem => true;

    public override Impact Impact => Impact.High;

    /// <summary>Partitions and file systems may be among the steps.</summary>
    protected override bool IsDestructive(HostStorageParameters parameters) => true;

    /// <summary>Applying looks after every step, so nothing comes by itself later.</summary>
    public override TimeSpan ConfirmWithin => TimeSpan.FromSeconds(3);

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<HostStorageState> ObserveAsync(ActionContext context, HostStorageParameters parameters, CancellationToken cancellationToken)
    {
        var (name, profile) = ProfileOf(context, parameters);
        var plan = await LookAsync(context.Client<RemoteShell>().On(context), profile, parameters, cancellationToken);
        return new HostStorageState(name, plan.Disks, plan.Kept, [.. plan.Steps.Select(step => new HostStorageState.Missing(step.Key, step.Text, step.IsDestructive))], plan.Refusals);
    }

    protected override bool IsDesired(ActionContext context, HostStorageParameters parameters, HostStorageState state)
        => state.Refusals.Count == 0 ? state.Steps.Count == 0 : throw Refused(context, string.Join(" ", state.Refusals));

    protected override async Task GuardAsync(ActionContext context, HostStorageParameters parameters, HostStorageState before, CancellationToken cancellationToken)
    {
        if (before.Steps.Any(step => step.IsDestructive))
            await context.Client<IWipeProof>().RequireOursAsync(context, cancellationToken);
    }

    protected override async Task ApplyAsync(ActionContext context, HostStorageParameters parameters, HostStorageState before, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        var (_, profile) = ProfileOf(context, parameters);
        var agreed = before.Steps.Select(step => step.Key).ToHashSet(StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var plan = await LookAsync(host, profile, parameters, cancellationToken);
            if (plan.Refusals.Count > 0)
                throw Refused(context, string.Join(" ", plan.Refusals));
            if (plan.Steps.Count == 0)
                return;
            if (plan.Steps.FirstOrDefault(step => !agreed.Contains(step.Key)) is { } other)
                throw Refused(context, $"it changed since it was looked at, and would need this too: {other}. Look again.");
            var next = plan.Steps[0];
            if (!done.Add(next.Key))
                throw new StepFailedException($"Storage of {host.Name}: '{next}' was done without an error, and is still to do.") { TargetName = host.Name };
            context.Log.Write(host.Name, $"storage: {next}");
            await RunAsync(host, next, cancellationToken);
        }
    }

    protected override string Describe(HostStorageState state)
        => state is { Refusals.Count: 0, Steps.Count: 0 } ? $"ready as {state.Profile} wants it ({state.Kept})" : $"{string.Join(", ", state.Disks)}; not ready";

    protected override string DescribeDesired(ActionContext context, HostStorageParameters parameters, HostStorageState before)
        => $"{(before.Kept is null ? "" : $"keep {before.Kept}; ")}{string.Join("; ", before.Steps.Select(step => step.Text))}";

    /// <summary>What was made carries the identifiers that only we give, so a look tells how far it came. What is left to do is decided anew, by the same rules as the first time.</summary>
    protected override Task<ProbeAnswer> ProbeAsync(ActionContext context, HostStorageParameters parameters, HostStorageState before, HostStorageState now, CancellationToken cancellationToken)
        => Task.FromResult(ProbeAnswer.NotHappened);

    private static async Task<StoragePlan> LookAsync(RemoteHost host, StorageProfile profile, HostStorageParameters parameters, CancellationToken cancellationToken)
        => StoragePlanner.Plan(await StorageReader.ReadAsync(host, profile, cancellationToken), profile, RecordedDisk.TryParse(parameters.Recorded) ?? [], parameters.Force);

    private static async Task RunAsync(RemoteHost host, StorageStep step, CancellationToken cancellationToken)
    {
        if (step.WritePath is not null)
            await RemoteFile.ReplaceAsync(host, step.WritePath, step.WriteText!, RemoteFile.ForAll, cancellationToken);
        foreach (var command in step.Commands)
            await host.ChangeAsync(new SshCommand(command) { Timeout = StepLimit }, cancellationToken);
    }

    private static (string Name, StorageProfile Profile) ProfileOf(ActionContext context, HostStorageParameters parameters)
    {
        var profiles = new StorageProfiles(context.Client<HostsConfiguration>());
        return string.IsNullOrEmpty(parameters.Profile) ? profiles.ForModel(parameters.Model!) : profiles.ByName(parameters.Profile);
    }

    private static RefusedException Refused(ActionContext context, string why) => new($"Storage of {context.Target.Name}: {why}") { TargetName = context.Target.Name };
}
