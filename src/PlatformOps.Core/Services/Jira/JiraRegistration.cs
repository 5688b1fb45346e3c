using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Jira, the tickets.</summary>
internal sealed class JiraRegistration : ServiceRegistration
{
    public override string Name => "jira";

    public override Type ConfigurationType => typeof(JiraConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } = [new AddTicketComment(), new TransitionTicket(), new AttachToTicket(), new CreateTicket(), new CreateTickets()];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>> { [typeof(JiraClient)] = Make };

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<JiraClient>().ProbeAsync(cancellationToken);

    // Every phase tells its ticket, whatever it works with.
    public override bool Identifies(ActionTarget target, IReadOnlyCollection<string> needs) => target is { IsHost: true, TicketId: not null };

    public override async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
    {
        var place = target.Place is { } line ? line + ": " : "";
        try
        {
            return new Dictionary<string, string> { [ActionTarget.Ticket] = await TicketSubject.RequireAsync(scope.Get<JiraClient>(), target, cancellationToken) };
        }
        catch (ObjectNotFoundException e) when (place.Length > 0)
        {
            throw new ObjectNotFoundException(place + e.Message, e) { TargetName = target.Name };
        }
        catch (OpsException e) when (e is not (ObjectNotFoundException or RefusedException))
        {
            // A ticket service that is down keeps nobody from working; what cannot be told is a warning of its own.
            AmbientLog.Current?.Write(Name, $"{target.TicketId} could not be looked at: {e.Message}");
            return new Dictionary<string, string>();
        }
    }

    private static JiraClient Make(IServiceScope scope)
    {
        var configuration = scope.Configuration.Section<JiraConfiguration>();
        var url = scope.Configuration.Require(configuration.Url, "jira.url", "the address of Jira, such as https://jira.example.org");
        var factory = scope.Get<HttpServiceFactory>();
        return new JiraClient(
            kind => factory.Create("jira", url, Login(scope, configuration, kind), configuration.Http),
            factory.Create("jira", url, settings: configuration.Http),
            configuration);
    }

    private static FixedAuthentication Login(IServiceScope scope, JiraConfiguration configuration, JiraKind kind)
        => (configuration.Login ?? (kind == JiraKind.Cloud ? JiraLogin.Basic : JiraLogin.Bearer)) == JiraLogin.Basic
            ? FixedAuthentication.Basic("jira", "jira.username and jira.api-token", scope.Secrets, configuration.Username, configuration.ApiToken)
            : FixedAuthentication.Bearer("jira", "jira.api-token", scope.Secrets, configuration.ApiToken);
}
