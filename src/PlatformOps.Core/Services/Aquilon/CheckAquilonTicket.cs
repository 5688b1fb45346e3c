using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="AtLeast">How long it has to be good for; by default aquilon.minimum-ticket-lifetime of the configuration.</param>
internal sealed record CheckAquilonTicketParameters(TimeSpan? AtLeast = null);

/// <summary>Whether the Kerberos ticket of the account that runs <c>aq</c> covers what is to come.</summary>
internal sealed class CheckAquilonTicket : Check<CheckAquilonTicketParameters>
{
    public override string Name => "aquilon.ticket";

    public override string Summary => "Kerberos ticket for Aquilon";

    public override IReadOnlyList<string> Needs => ["aquilon"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckAquilonTicketParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        try
        {
            var ticket = await aquilon.TicketAsync(parameters.AtLeast ?? aquilon.Configuration.MinimumTicketLifetime, cancellationToken);
            return CheckResult.Passed($"{ticket.Principal} on {aquilon.ClientHost}, good for {KerberosLogin.Text(ticket.Remaining)}");
        }
        catch (ServiceAuthenticationException error)
        {
            return CheckResult.Failed(error.Message);
        }
    }
}
