using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Domain">The template domain; where neither is given, the configuration's sandbox, else its domain.</param>
/// <param name="Sandbox">Or the sandbox, as <c>author/name</c>.</param>
internal sealed record ManageAquilonHostParameters(string? Domain = null, string? Sandbox = null);

/// <summary>Has a host build its configuration from a template domain or a sandbox.</summary>
internal sealed class ManageAquilonHost : AquilonChange<ManageAquilonHostParameters, ManageAquilonHost.State>
{
    public override string Name => "aquilon.manage";

    public override string Summary => "branch in Aquilon";

    protected override string Subject => "aquilon.manage";

    public override bool CanUndo => true;

    protected override async Task<State> ObserveAsync(ActionContext context, ManageAquilonHostParameters parameters, CancellationToken cancellationToken)
    {
        var (domain, sandbox) = Wanted(context, parameters);
        var host = await context.Client<AquilonClient>().HostAsync(context.Target.Name, cancellationToken);
        if (host.Cluster is { } cluster && (host.Domain, host.Sandbox) != (domain, sandbox))
            throw new RefusedException($"{host.HostName} is a member of the cluster {cluster}, and members are managed with their cluster: aq manage --cluster {cluster}. Nothing was changed.") { TargetName = context.Target.Name };
        return new State(host.HostName!, host.Domain, host.Sandbox);
    }

    protected override bool IsDesired(ActionContext context, ManageAquilonHostParameters parameters, State state) => (state.Domain, state.Sandbox) == Wanted(context, parameters);

    protected override Task ApplyAsync(ActionContext context, ManageAquilonHostParameters parameters, State before, CancellationToken cancellationToken)
    {
        var (domain, sandbox) = Wanted(context, parameters);
        return ManageAsync(context, before.HostName, domain, sandbox, cancellationToken);
    }

    protected override string Describe(State state) => Text(state.Domain, state.Sandbox);

    protected override string DescribeDesired(ActionContext context, ManageAquilonHostParameters parameters, State before)
    {
        var (domain, sandbox) = Wanted(context, parameters);
        return Text(domain, sandbox);
    }

    protected override Task UndoAsync(ActionContext context, ManageAquilonHostParameters parameters, State before, CancellationToken cancellationToken)
        => ManageAsync(context, before.HostName, before.Domain, before.Sandbox, cancellationToken);

    private static async Task ManageAsync(ActionContext context, string hostName, string? domain, string? sandbox, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        string[] command = ["manage", "--hostname", hostName, .. sandbox is null ? ["--domain", domain!] : new[] { "--sandbox", sandbox }];
        try
        {
            await aquilon.ChangeAsync(command, cancellationToken);
        }
        catch (ServiceException error) when (error.StatusCode == 400 && aquilon.Configuration.ForceManage)
        {
            context.Log.Write("aquilon", $"{error.Message} Tried again with --force, as aquilon.force-manage says.");
            await aquilon.ChangeAsync([.. command, "--force"], cancellationToken);
        }
        catch (ServiceException error) when (error.StatusCode == 400)
        {
            throw new ServiceException(error.Service, $"{error.Message} Publish what is in the branch that the host leaves; or set aquilon.force-manage, and it is left behind.", error.StatusCode, error) { TargetName = context.Target.Name };
        }
    }

    private static (string? Domain, string? Sandbox) Wanted(ActionContext context, ManageAquilonHostParameters parameters)
    {
        if (parameters is { Domain: not null, Sandbox: not null })
            throw new RefusedException("A host is managed from a domain or from a sandbox: give one of them.");
        var configuration = context.Client<AquilonClient>().Configuration;
        var (domain, sandbox) = parameters is { Domain: null, Sandbox: null } ? (configuration.Domain, configuration.Sandbox) : (parameters.Domain, parameters.Sandbox);
        if ((sandbox ?? domain) is not { } branch)
            throw new ConfigurationException("Neither aquilon.sandbox nor aquilon.domain is set, and nothing else says what the host is to be managed from.");
        if (!AquilonNames.IsLabel(branch) || (sandbox is not null && !sandbox.Contains('/', StringComparison.Ordinal)))
            throw new RefusedException(sandbox is null ? $"'{branch}' is not the name of a domain." : $"'{branch}' is not a sandbox as Aquilon names it: author/name.") { TargetName = context.Target.Name };
        return sandbox is null ? (domain, null) : (null, sandbox);
    }

    private static string Text(string? domain, string? sandbox) => sandbox is not null ? $"sandbox {sandbox}" : domain is not null ? $"domain {domain}" : "none";

    /// <param name="HostName">In Aquilon.</param>
    /// <param name="Domain">Null in a sandbox.</param>
    /// <param name="Sandbox">Null in a domain.</param>
    internal sealed record State(string HostName, string? Domain, string? Sandbox);
}
