using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>A check's answer. An empty answer from a service is not proof of emptiness: say Unknown unless two independent sources agree.</summary>
internal sealed record CheckResult(StepOutcome Outcome, string Evidence)
{
    public static CheckResult Passed(string evidence) => new(StepOutcome.Passed, evidence);

    public static CheckResult Failed(string evidence) => new(StepOutcome.Failed, evidence);

    public static CheckResult Unknown(string reason) => new(StepOutcome.Unknown, reason);
}
