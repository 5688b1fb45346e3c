namespace PlatformOps.Core.Services.OpenStack;

/// <summary>The session's cloud: its section, completed from clouds.yaml where it leaves that open.</summary>
internal sealed record OpenStackCloud(OpenStackConfiguration Configuration);
