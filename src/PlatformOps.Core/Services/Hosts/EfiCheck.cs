using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The running system was booted by EFI, not BIOS.</summary>
internal sealed class EfiCheck : Check<NoParameters>
{
    public override string Name => "host.efi";

    public override string Summary => "booted by EFI";

    public override IReadOnlyList<string> LooksAt => [MachineSubjects.System];

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Client<RemoteShell>().On(context).TestAsync(["test", "-d", "/sys/firmware/efi"], cancellationToken)
                ? CheckResult.Passed($"{context.Target.Name} was booted by EFI")
                : CheckResult.Failed($"{context.Target.Name} was booted by BIOS: set its firmware to UEFI and install it again");
        }
        catch (RemoteHostException error)
        {
            return CheckResult.Unknown(error.Message);
        }
    }
}
