using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The host runs the wanted distribution in the wanted version: both are compared.</summary>
internal sealed class HostOsCheck : Check<HostOsParameters>
{
    public override string Name => "host.os";

    public override string Summary => "operating system";

    public override IReadOnlyList<string> LooksAt => [MachineSubjects.System];

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, HostOsParameters parameters, CancellationToken cancellationToken)
    {
        var os = await HostFacts.OsAsync(context.Client<RemoteShell>().On(context), cancellationToken);
        if (os.Version is null)
            return CheckResult.Unknown($"{context.Target.Name} runs {os.Id} and tells no version; wanted is {parameters.Id} {parameters.Version}");
        return os.IsOf(parameters.Id) && os.IsVersion(parameters.Version)
            ? CheckResult.Passed($"{context.Target.Name} runs {os}")
            : CheckResult.Failed($"{context.Target.Name} runs {os}, not {parameters.Id} {parameters.Version}");
    }
}
