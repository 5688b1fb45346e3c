using PlatformOps.Core.Configuration;
using PlatformOps.Errors;

namespace PlatformOps.Core.Changes;

/// <summary>Which targets may be touched in this environment, how many in one call, and when.</summary>
internal sealed record TargetPolicy
{
    public required string Environment { get; init; }

    public TargetRules Targets { get; init; } = new();

    /// <summary>Machines that services are worked on from, with the service: never targets, whatever the patterns say.</summary>
    public IReadOnlyList<(string Host, string Service)> ServiceHosts { get; init; } = [];

    /// <summary>When changes may start; at any time where there is none.</summary>
    public IReadOnlyList<ChangeWindow> ChangeWindows { get; init; } = [];

    public static TargetPolicy Of(OpsConfiguration configuration)
        => new() { Environment = configuration.Environment, Targets = configuration.Targets, ChangeWindows = configuration.ChangeWindows };

    /// <param name="target">The target, by the name that was given.</param>
    /// <param name="names">What the services call it, where they were asked.</param>
    /// <exception cref="RefusedException">A target is protected or not allowed.</exception>
    public void ThrowIfRefused(ActionTarget target, IEnumerable<string>? names = null)
    {
        if (!target.IsMachine)
            return;
        if (ServiceHosts.FirstOrDefault(known => (names ?? []).Prepend(target.Name).Any(name => TargetRules.IsProtectedBy(known.Host, name))) is { Service: { } service })
            throw new RefusedException($"[{Environment}] {target.Name} is protected: {service} is worked on from there.") { TargetName = target.Name };
        if (Targets.Refusal(target.Name, names) is { } refusal)
            throw new RefusedException($"[{Environment}] {refusal}") { TargetName = target.Name };
    }

    /// <exception cref="RefusedException">There are more than one call may have.</exception>
    public void ThrowIfTooMany(int count, int? maxTargets)
    {
        var max = maxTargets ?? Targets.Max;
        if (count > max)
            throw new RefusedException($"{count} targets are more than the {max} that one call may change (targets.max). Nothing was changed; give fewer, or raise -MaxTargets on purpose.");
    }

    /// <summary>For calls that take their targets one by one.</summary>
    /// <exception cref="RefusedException">This is one more than the call may have.</exception>
    public void ThrowIfOneTooMany(string name, int count, int? maxTargets)
    {
        var max = maxTargets ?? Targets.Max;
        if (count > max)
            throw new RefusedException($"{name} would be target {count} of this call, and one call may change {max} ({(maxTargets is null ? "targets.max" : "-MaxTargets")}). It was left alone; give fewer, or raise -MaxTargets on purpose.") { TargetName = name };
    }

    /// <exception cref="RefusedException">No change window is open.</exception>
    public void ThrowIfOutsideWindow(ActionTarget target, DateTimeOffset now)
    {
        if (ChangeWindows.Count == 0 || ChangeWindows.Any(window => window.IsOpen(now)))
            return;
        var next = ChangeWindows.Min(window => window.NextOpening(now));
        throw new RefusedException($"{target.Name}: no change window is open ({string.Join("; ", ChangeWindows)}). The next one opens at {next.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.") { TargetName = target.Name };
    }
}
