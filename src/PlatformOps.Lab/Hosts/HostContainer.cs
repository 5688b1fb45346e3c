namespace PlatformOps.Lab.Hosts;

/// <summary>A container.</summary>
/// <param name="Tool">What runs it: <c>docker</c> or <c>podman</c>.</param>
/// <param name="IsRunning">It runs; where not, it has exited.</param>
internal sealed record HostContainer(string Name, string Tool = "docker", bool IsRunning = true);
