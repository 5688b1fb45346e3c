namespace PlatformOps.Runner;

/// <summary>What a rehearsal was given to meet.</summary>
/// <param name="What">In a few words.</param>
/// <param name="FailsAt">The step at which its hypervisor must fail, with its phase; null where it must get through.</param>
internal sealed record Trouble(string What, string? FailsAt = null);
