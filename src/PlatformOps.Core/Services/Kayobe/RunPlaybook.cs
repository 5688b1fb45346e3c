using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Runs one playbook with Kayobe, limited to the target.</summary>
internal sealed class RunPlaybook(KayobeCall? call) : KayobeChange<RunPlaybookParameters>(call)
{
    public RunPlaybook()
        : this(null)
    {
    }

    public override string Name => "kayobe.playbook";

    public override string Summary => "Kayobe playbook";

    public override string? Loss => "a playbook of Kayobe is run on it";

    protected override async Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, RunPlaybookParameters parameters, CancellationToken cancellationToken)
    {
        // A runbook's values are put in after it was checked.
        if (parameters.Problems().FirstOrDefault() is { } problem)
            throw new RefusedException($"{problem} Nothing was sent.") { TargetName = context.Target.Name };
        var hosts = await kayobe.ResolveAsync([context.Target.Name], context.Log, cancellationToken);
        var installation = await kayobe.InstallationAsync(context.Log, cancellationToken);
        var variables = parameters.Vars.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => pair.Value.Replace("{host}", hosts[0], StringComparison.Ordinal));
        string[] options = variables.Count == 0 ? [] : ["-e", JsonSerializer.Serialize(variables)];
        return new KayobeState(
            await kayobe.LimitedAsync(["playbook", "run", KayobePlaybook.PathOf(parameters.Playbook, installation.ConfigPath)], HostLimit.Of(hosts), options, [], context.Log, cancellationToken),
            hosts);
    }
}
