using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Whether the checkout of the Kayobe configuration is clean, on its branch, and not behind its upstream. The evidence has the commit.</summary>
internal sealed class CheckCheckout : Check<NoParameters>
{
    public override string Name => "kayobe.checkout";

    public override string Summary => "Kayobe checkout";

    public override ActionScope Scope => ActionScope.Batch;

    public override IReadOnlyList<string> Needs => ["kayobe"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var kayobe = context.Client<KayobeClient>();
        try
        {
            await kayobe.FetchAsync(context.Log, cancellationToken);
        }
        catch (RemoteHostException e) when (e.ExitStatus is not null)
        {
            return CheckResult.Unknown($"the upstream could not be asked, so nobody knows whether the checkout is behind: {e.Message}");
        }

        var checkout = await kayobe.CheckoutAsync(context.Log, cancellationToken);
        return checkout.Problem(kayobe.Configuration.Branch) is { } problem
            ? CheckResult.Failed($"the Kayobe checkout is not fit to configure hosts from: {problem}")
            : CheckResult.Passed($"Kayobe checkout {checkout}, clean and not behind {checkout.Upstream}");
    }
}
