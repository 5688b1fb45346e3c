using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services;

/// <summary>A machine that serves somebody is taken down only where that is meant: a digit that is mistyped is an outage. Of a batch, every one is asked for.</summary>
internal static class OutOfService
{
    /// <param name="isMeant">It may be, whomever it serves.</param>
    /// <exception cref="RefusedException">It serves somebody.</exception>
    public static async Task RequireAsync(ActionContext context, bool isMeant, CancellationToken cancellationToken)
    {
        if (isMeant)
            return;
        foreach (var member in context.Batch)
        {
            if (await context.Client<IMachineUse>().FindAsync(member.Name, cancellationToken) is { } use)
                throw new RefusedException($"{member.Name} is in service, and this would take it down or prepare that, so nothing was changed: {use}. Take it out of service and move away what is on it first (the phases PreDrain and Drain); where the outage is meant, -WhileInService (while-in-service: true in a runbook).") { TargetName = member.Name };
        }
    }

    /// <summary>Whom it takes down all the same; null where it need not be told.</summary>
    public static async Task<string?> CautionAsync(ActionContext context, bool isMeant, CancellationToken cancellationToken)
    {
        List<string> cautions = [];
        foreach (var member in isMeant ? context.Batch : [])
        {
            if (await CautionAsync(context, member, cancellationToken) is { } caution)
                cautions.Add(context.Batch.Count == 1 ? caution : $"{member.Name}: {caution}");
        }

        return cautions.Count == 0 ? null : string.Join("; ", cautions);
    }

    private static async Task<string?> CautionAsync(ActionContext context, ActionTarget member, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Client<IMachineUse>().FindAsync(member.Name, cancellationToken) is { } use ? $"IN SERVICE: {use}" : null;
        }
        catch (OpsException e)
        {
            // Where Nova is away an outage may be what is mended.
            return $"MAY BE IN SERVICE: {e.Message}";
        }
    }
}
