using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Jira, the tickets.</summary>
internal sealed class JiraRegistration : ServiceRegistration
{
    public override string Name => "jira";

    public override Type ConfigurationType => typeof(JiraConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } = [new AddTicketComment(), new TransitionTicket(), new AttachToTicket(), new CreateTicket(), new CreateTickets()];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>> { [typeof(JiraClient)] = Make };

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<JiraClient>().ProbeAsync(cancellationToken);

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
