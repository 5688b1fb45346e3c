namespace PlatformOps.Core.Services.Hosts;

/// <summary>Whether root can log in with our key.</summary>
internal sealed record RootAccessState(bool LogsIn);
