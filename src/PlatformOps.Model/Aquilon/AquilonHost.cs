namespace PlatformOps.Aquilon;

/// <summary>A machine and the host on it as the Aquilon broker has them.</summary>
/// <remarks>Read from what <c>aq show_host</c> and <c>aq show_machine</c> print (quattor/aquilon, <c>lib/aquilon/worker/formats</c>).</remarks>
public sealed record AquilonHost
{
    /// <summary>The target it was asked for by, where it was one; so that it pipes on to cmdlets of hypervisors.</summary>
    public string? HypervisorName { get; init; }

    /// <summary>The ticket that it came with, if it came with one.</summary>
    public string? TicketId { get; init; }

    /// <summary>The host's fully qualified name in Aquilon; null for a machine without a host.</summary>
    public string? HostName { get; init; }

    /// <summary>The machine's name, such as <c>system7001</c> or <c>netbox-1002</c>; an import can change it.</summary>
    public required string MachineName { get; init; }

    /// <summary>The host's primary address.</summary>
    public string? PrimaryAddress { get; init; }

    /// <summary>Who made the machine.</summary>
    public string? Vendor { get; init; }

    /// <summary>The machine's model.</summary>
    public string? Model { get; init; }

    /// <summary>The machine's serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>The rack it is in.</summary>
    public string? Rack { get; init; }

    /// <summary>The building it is in.</summary>
    public string? Building { get; init; }

    /// <summary>The archetype, such as <c>cloud</c>.</summary>
    public string? Archetype { get; init; }

    /// <summary>The personality.</summary>
    public string? Personality { get; init; }

    /// <summary>The operating system, such as <c>rocky</c>.</summary>
    public string? OsName { get; init; }

    /// <summary>Its version as Aquilon names it, such as <c>9x-x86_64</c>.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The template domain that it is managed from; null in a sandbox.</summary>
    public string? Domain { get; init; }

    /// <summary>The sandbox that it is managed from, as <c>author/name</c>; null in a domain.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Where it is in its life: <c>build</c>, <c>ready</c>, <c>rebuild</c>, <c>decommissioned</c> …</summary>
    public string? BuildStatus { get; init; }

    /// <summary>The cluster it is a member of, if any.</summary>
    public string? Cluster { get; init; }

    /// <summary>The services that it is bound to, as <c>service/instance</c>.</summary>
    public string[] Services { get; init; } = [];

    /// <summary>The instance of the service <c>bootserver</c> that it is bound to; null where it cannot be switched to install.</summary>
    public string? Bootserver { get; init; }

    /// <summary>The network interfaces.</summary>
    public AquilonInterface[] Interfaces { get; init; } = [];

    /// <summary>The disks that Aquilon expects in the machine.</summary>
    public AquilonDisk[] Disks { get; init; } = [];

    /// <summary>The host's name, or the machine's.</summary>
    public override string ToString() => HostName ?? MachineName;
}
