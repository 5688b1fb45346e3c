namespace PlatformOps.Core.Migration;

/// <summary>What the configuration says of hypervisors that come back from their reinstall.</summary>
/// <param name="AcceptsOnceAfterReinstall">Whether their new host key may be taken from them.</param>
internal sealed record SshRules(bool AcceptsOnceAfterReinstall);
