namespace PlatformOps.Lab.Hosts;

/// <summary>A running container.</summary>
/// <param name="Tool">What runs it: <c>docker</c> or <c>podman</c>.</param>
internal sealed record HostContainer(string Name, string Tool = "docker");
