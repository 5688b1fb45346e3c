using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Runs a command of Kayobe on hosts, all in one limit.</summary>
internal sealed class RunKayobeCommand(KayobeCall? call) : KayobeChange<RunKayobeCommandParameters>(call)
{
    public RunKayobeCommand()
        : this(null)
    {
    }

    public override string Name => "kayobe.command";

    public override string Summary => "Kayobe command";

    public override string? Loss => "a command of Kayobe is run on it";

    public override ActionScope Scope => ActionScope.Batch;

    protected override async Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, RunKayobeCommandParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters.Problems().FirstOrDefault() is { } problem)
            throw new RefusedException($"{problem} Nothing was sent.") { TargetName = context.Target.Name };
        var hosts = await kayobe.ResolveAsync([.. context.Batch.Select(target => target.Name)], context.Log, cancellationToken);
        string[] options = parameters.Vars.Count == 0 ? [] : ["-e", JsonSerializer.Serialize(parameters.Vars.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary())];
        return new KayobeState(await kayobe.LimitedAsync(parameters.Command, HostLimit.Of(hosts), options, parameters.Tags, context.Log, cancellationToken), hosts);
    }
}
