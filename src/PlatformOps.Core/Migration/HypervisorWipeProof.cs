using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>The checks of the phases, made for each single effect that wipes. A machine is a hypervisor where Nova knows it, or where a migration wrote down what it was.</summary>
internal sealed class HypervisorWipeProof(ComputeLookup lookup) : IWipeProof
{
    private static readonly NoParameters Nothing = new();

    private static readonly (Check Check, object Parameters) Identity = (new CheckIdentity(), Nothing);

    // Who it is comes first: where nobody wrote that down, no claim helps.
    private static readonly (Check Check, object Parameters)[] Ours =
    [
        Identity,
        (new CheckClaim(), Nothing),
        (new CheckHypervisorEmpty(), Nothing),
    ];

    private static readonly (Check Check, object Parameters)[] Released =
    [
        (new CheckClaim(), Nothing),
        Identity,
        (new CheckHypervisorEmpty(), Nothing),
        (new NoDomainsCheck(), Nothing),
        (new CheckTenants(), new CheckTenantsParameters()),
        (new NoTenantsCheck(), Nothing),
    ];

    /// <summary>Whether it may be wiped, with the evidence of all who would know, up to the first who objects.</summary>
    public async Task<CheckResult> ReleasedAsync(ActionContext context, CancellationToken cancellationToken)
        => await IsKnownToNovaAsync(context, cancellationToken) ? await AskAsync(Released, context, cancellationToken)
            : await IsWrittenDownAsync(context, cancellationToken) ? await AskAsync([Identity], context, cancellationToken)
            : CheckResult.Passed($"{context.Target.Name} is no hypervisor of this cloud");

    public async Task RequireReleasedAsync(ActionContext context, CancellationToken cancellationToken)
        => Require(await ReleasedAsync(context, cancellationToken), context);

    public async Task RequireOursAsync(ActionContext context, CancellationToken cancellationToken)
    {
        if (await IsKnownToNovaAsync(context, cancellationToken))
            Require(await AskAsync(Ours, context, cancellationToken), context);
        else if (await IsWrittenDownAsync(context, cancellationToken))
            Require(await AskAsync([Identity], context, cancellationToken), context);
    }

    private static void Require(CheckResult answer, ActionContext context)
    {
        if (answer.Outcome != StepOutcome.Passed)
            throw new RefusedException($"{context.Target.Name} is a hypervisor, and this would wipe it or prepare that, so nothing was changed: {answer.Evidence}.") { TargetName = context.Target.Name };
    }

    private static async Task<CheckResult> AskAsync((Check Check, object Parameters)[] checks, ActionContext context, CancellationToken cancellationToken)
    {
        List<string> evidence = [];
        foreach (var (check, parameters) in checks)
        {
            var answer = await check.RunAsync(context, parameters, cancellationToken);
            context.Log.Write(context.Step, $"guard {check.Name}: {answer.Outcome}: {answer.Evidence}");
            if (answer.Outcome != StepOutcome.Passed)
                return answer with { Evidence = $"{check.Summary} does not hold: {answer.Evidence}" };
            evidence.Add(answer.Evidence);
        }

        return CheckResult.Passed(string.Join("; ", evidence));
    }

    private static async Task<bool> IsWrittenDownAsync(ActionContext context, CancellationToken cancellationToken)
        => await context.Client<DossierFinder>().FindAsync(context, cancellationToken) is not null;

    private async Task<bool> IsKnownToNovaAsync(ActionContext context, CancellationToken cancellationToken)
        => await lookup.FindAsync(context.Target.Name, cancellationToken) is not null;
}
