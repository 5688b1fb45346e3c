namespace PlatformOps.Core.Ssh;

/// <summary>A host as it is logged in to.</summary>
/// <param name="Name">A validated host name or IPv6 literal.</param>
/// <param name="UserName">The account; null for the configured one.</param>
/// <param name="Port">The port; 22 where null.</param>
internal sealed record SshHost(string Name, string? UserName = null, int? Port = null);
