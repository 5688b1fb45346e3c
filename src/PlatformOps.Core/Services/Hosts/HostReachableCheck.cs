using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Root can log in, and a command runs.</summary>
internal sealed class HostReachableCheck : Check<HostReachableParameters>
{
    public override string Name => "host.reachable";

    public override string Summary => "root login";

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, HostReachableParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await LoginProbe.RunAsync(context.Client<RemoteShell>().On(context), parameters.Within, context.Time, cancellationToken)
                ? CheckResult.Passed($"root@{context.Target.Name} logs in")
                : CheckResult.Failed($"{context.Target.Name} refuses root's login with our key");
        }
        catch (RemoteHostException error)
        {
            return CheckResult.Failed(error.Message);
        }
    }
}
