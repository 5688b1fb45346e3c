using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Personality">By default the configuration's; where that is not set either, it stays.</param>
/// <param name="OsName">As <paramref name="Personality"/>.</param>
/// <param name="OsVersion">As <paramref name="Personality"/>.</param>
/// <param name="Recompile">Make it though nothing differs, because what its templates say has changed. Nothing shows afterwards whether that happened.</param>
internal sealed record MakeAquilonHostParameters(string? Personality = null, string? OsName = null, string? OsVersion = null, bool Recompile = false);

/// <summary>Gives a host its personality and operating system, binds the services that it requires, and compiles its configuration.</summary>
internal sealed class MakeAquilonHost : AquilonChange<MakeAquilonHostParameters, MakeAquilonHost.State>
{
    public override string Name => "aquilon.make";

    public override string Summary => "configuration in Aquilon";

    protected override string Subject => "aquilon.make";

    public override bool CanUndo => true;

    protected override bool CanObserve(MakeAquilonHostParameters parameters) => !parameters.Recompile;

    protected override async Task<State> ObserveAsync(ActionContext context, MakeAquilonHostParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        var (personality, osName, osVersion) = Wanted(context, parameters);
        foreach (var name in new[] { personality, osName, osVersion }.OfType<string>().Where(name => !AquilonNames.IsLabel(name)))
            throw new RefusedException($"'{name}' is not a name in Aquilon.") { TargetName = context.Target.Name };
        // A host that was just added is bound to nothing until it is made.
        var isBound = host.Services.Length > 0 || !await RequiresServicesAsync(aquilon, host, personality ?? host.Personality, cancellationToken);
        return new State(host.HostName!, host.Personality, host.OsName, host.OsVersion, isBound);
    }

    protected override bool IsDesired(ActionContext context, MakeAquilonHostParameters parameters, State state)
    {
        var (personality, osName, osVersion) = Wanted(context, parameters);
        return !parameters.Recompile && state.IsBound && (personality ?? state.Personality) == state.Personality && (osName ?? state.OsName) == state.OsName && (osVersion ?? state.OsVersion) == state.OsVersion;
    }

    protected override Task ApplyAsync(ActionContext context, MakeAquilonHostParameters parameters, State before, CancellationToken cancellationToken)
    {
        var (personality, osName, osVersion) = Wanted(context, parameters);
        return MakeAsync(context, before.HostName, personality, osName, osVersion, cancellationToken);
    }

    protected override string Describe(State state) => $"{state.Personality}, {state.OsName} {state.OsVersion}{(state.IsBound ? "" : ", not made")}";

    protected override string DescribeDesired(ActionContext context, MakeAquilonHostParameters parameters, State before)
    {
        var (personality, osName, osVersion) = Wanted(context, parameters);
        return Describe(before with { Personality = personality ?? before.Personality, OsName = osName ?? before.OsName, OsVersion = osVersion ?? before.OsVersion, IsBound = true }) + (parameters.Recompile ? ", compiled anew" : "");
    }

    // What was not made before is none the worse for being made.
    protected override bool Matches(State state, State recorded) => (state.Personality, state.OsName, state.OsVersion) == (recorded.Personality, recorded.OsName, recorded.OsVersion) && (state.IsBound || !recorded.IsBound);

    protected override Task UndoAsync(ActionContext context, MakeAquilonHostParameters parameters, State before, CancellationToken cancellationToken)
        => MakeAsync(context, before.HostName, before.Personality, before.OsName, before.OsVersion, cancellationToken);

    private static Task MakeAsync(ActionContext context, string hostName, string? personality, string? osName, string? osVersion, CancellationToken cancellationToken)
        => context.Client<AquilonClient>().ChangeAsync(["make", "--hostname", hostName, .. Option("--personality", personality), .. Option("--osname", osName), .. Option("--osversion", osVersion)], cancellationToken);

    private static async Task<bool> RequiresServicesAsync(AquilonClient aquilon, AquilonHost host, string? personality, CancellationToken cancellationToken)
    {
        List<string[]> sources = [];
        if (host.Archetype is { } archetype)
        {
            sources.Add(["show_archetype", "--archetype", archetype]);
            if (personality is not null)
                sources.Add(["show_personality", "--personality", personality, "--archetype", archetype]);
        }

        foreach (var source in sources)
        {
            if ((await aquilon.ReadAsync(source, cancellationToken)).Contains("Required Service:", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static (string? Personality, string? OsName, string? OsVersion) Wanted(ActionContext context, MakeAquilonHostParameters parameters)
    {
        var configuration = context.Client<AquilonClient>().Configuration;
        return (parameters.Personality ?? configuration.Personality, parameters.OsName ?? configuration.OsName, parameters.OsVersion ?? configuration.OsVersion);
    }

    private static string[] Option(string option, string? value) => value is null ? [] : [option, value];

    /// <param name="HostName">In Aquilon.</param>
    /// <param name="Personality">Its personality.</param>
    /// <param name="OsName">Its operating system.</param>
    /// <param name="OsVersion">As Aquilon names it.</param>
    /// <param name="IsBound">Whether it is bound to services, or requires none.</param>
    internal sealed record State(string HostName, string? Personality, string? OsName, string? OsVersion, bool IsBound);
}
