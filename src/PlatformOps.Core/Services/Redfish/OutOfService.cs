using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>A machine that serves somebody is taken down by its BMC only where that is meant: a digit that is mistyped is an outage.</summary>
internal static class OutOfService
{
    /// <param name="isMeant">It may be, whomever it serves.</param>
    /// <exception cref="RefusedException">It serves somebody.</exception>
    public static async Task RequireAsync(ActionContext context, bool isMeant, CancellationToken cancellationToken)
    {
        if (!isMeant && await context.Client<IMachineUse>().FindAsync(context, cancellationToken) is { } use)
            throw new RefusedException($"{context.Target.Name} is in service, and this would take it down or prepare that, so nothing was changed: {use}. Take it out of service and move away what is on it first (the phases PreDrain and Drain); where the outage is meant, -WhileInService (while-in-service: true in a runbook).") { TargetName = context.Target.Name };
    }

    /// <summary>Whom it takes down all the same; null where it need not be told.</summary>
    public static async Task<string?> CautionAsync(ActionContext context, bool isMeant, CancellationToken cancellationToken)
    {
        if (!isMeant)
            return null;
        try
        {
            return await context.Client<IMachineUse>().FindAsync(context, cancellationToken) is { } use ? $"IN SERVICE: {use}" : null;
        }
        catch (OpsException e)
        {
            // Where Nova is away an outage may be what is mended.
            return $"MAY BE IN SERVICE: {e.Message}";
        }
    }
}
