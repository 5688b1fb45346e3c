using PlatformOps.Core.Changes;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Remote;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Services.Hosts;

/// <summary>Actions on the hosts of a lab, by their number.</summary>
internal static class HostLab
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static ActionTarget Target(int number) => new(ActionTarget.Hypervisor, $"hv{number:00}.lab.example");

    public static ActionContext Context(SessionScope session, int number) => new()
    {
        Target = Target(number),
        Run = TestRun.Identity(),
        Step = "step",
        Clients = session,
        Time = TimeProvider.System,
        Log = new RecordingLog(),
    };

    public static Task<CheckResult> CheckAsync(PhaseLab lab, Check check, int number) => check.RunAsync(Context(lab.Session, number), new NoParameters(), Stop);

    public static Task<StepRecord> ApplyAsync(SessionScope session, Change change, int number, object parameters) => session.Effects.RunAsync(change, Target(number), parameters, null, Stop);

    public static Task<StepRecord> PlanAsync(SessionScope session, Change change, int number, object parameters) => session.Effects.PlanAsync(change, Target(number), parameters, null, Stop);

    /// <summary>What a command wrote, as root.</summary>
    public static async Task<string> RunAsync(SessionScope session, int number, params string[] command)
        => await session.Get<Core.Ssh.RemoteShell>().Root(Target(number).Name, new RecordingLog()).ReadTextAsync(command, Stop);
}
