namespace PlatformOps.Lab.World;

/// <summary>A host on a machine in Aquilon.</summary>
internal sealed class AquilonHost
{
    public required string Fqdn { get; init; }

    public required string PrimaryAddress { get; init; }

    public required string Archetype { get; init; }

    public required string Personality { get; set; }

    public required string OsName { get; set; }

    public required string OsVersion { get; set; }

    /// <summary>A domain, or a sandbox as <c>author/name</c>.</summary>
    public required string Branch { get; set; }

    public string BuildStatus { get; set; } = "build";

    /// <summary>The cluster that it is a member of, if any.</summary>
    public string? Cluster { get; set; }

    /// <summary>The instance of the service bootserver that it is bound to; <c>make</c> binds it.</summary>
    public string? Bootserver { get; set; }

    /// <summary>How often its configuration was compiled.</summary>
    public int Compilations { get; set; }
}
