namespace PlatformOps.Lab;

/// <summary>What kind of lab to start. The same options and seed give the same world, but for addresses, keys and times.</summary>
public sealed record LabOptions
{
    /// <summary>The lab's name.</summary>
    public string Name { get; init; } = "lab";

    /// <summary>How many hypervisors are made: <c>hv01.lab.example</c> and so on. A world file that lists hypervisors wins.</summary>
    public int Hypervisors { get; init; } = 12;

    /// <summary>How many servers (virtual machines) are spread over the hypervisors.</summary>
    public int VirtualMachines { get; init; } = 200;

    /// <summary>Seed of everything that looks random: names, serials, identifiers, which call a fault strikes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many lab seconds pass in one real second; boots, updates and <c>sleep</c> take lab seconds.</summary>
    public double Speed { get; init; } = 60;

    /// <summary>Path of a YAML world file, or null.</summary>
    public string? WorldFile { get; init; }

    /// <summary>Folder for configuration and keys; null makes a private temporary one, which is removed at the end.</summary>
    public string? Folder { get; init; }

    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Which Jira the configuration names.</summary>
    public LabJiraKind Jira { get; init; }

    /// <summary>How long Cloud's search does not know of a created or changed issue (real time).</summary>
    public TimeSpan JiraSearchLag { get; init; }

    /// <summary>The newest compute microversion that Nova offers.</summary>
    public string NovaMaxMicroversion { get; init; } = "2.96";

    /// <summary>NetBox's version; decides field names, ETags and token kinds.</summary>
    public string NetBoxVersion { get; init; } = "4.2.9";

    /// <summary>Alertmanager's version; decides errors, fields and filters. 0.25.0 or later.</summary>
    public string AlertmanagerVersion { get; init; } = "0.28.1";

    /// <summary>How long Alertmanager answers reads as a peer of a cluster that has not heard of the last writes (real time).</summary>
    public TimeSpan AlertmanagerReadLag { get; init; }

    /// <summary>Whether BMCs are reached over TLS, with one self-signed certificate, on a port of their own.</summary>
    public bool BmcTls { get; init; }

    /// <summary>How long a Keystone token is good for (real time).</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What the lab's clock goes by, and its delays.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
