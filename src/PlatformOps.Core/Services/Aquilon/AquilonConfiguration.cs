using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>The <c>aquilon:</c> section: where <c>aq</c> runs, as whom, and what hosts become.</summary>
[Section("aquilon")]
internal sealed record AquilonConfiguration : ICheckedRecord
{
    /// <summary>What may stand for a template branch, a personality and the like: no option, nothing that needs quoting.</summary>
    public const string NamePattern = @"[A-Za-z0-9_][A-Za-z0-9_.+:/@-]{0,127}";

    /// <summary>The account on that host; ssh.username where not set.</summary>
    public string? Username { get; init; }

    /// <summary>The account's Kerberos password.</summary>
    public Secret? Password { get; init; }

    /// <summary>The host that <c>aq</c> runs on. It is never a target.</summary>
    public string? Host { get; init; }

    /// <summary>The broker: <c>AQHOST</c>.</summary>
    [YamlName("aqhost", "aq-host")]
    [RegularExpression(NamePattern)]
    public string? AqHost { get; init; }

    /// <summary>The broker's Kerberos service: <c>AQSERVICE</c>.</summary>
    [YamlName("aqservice", "aq-service")]
    [RegularExpression(NamePattern)]
    public string? AqService { get; init; }

    /// <summary>Folders with <c>aq</c> and <c>netbox2aquilon</c> on that host, searched first.</summary>
    public IReadOnlyList<string> Path { get; init; } = ["/opt/aquilon/bin", "/var/quattor/bin"];

    /// <summary>How the Kerberos ticket comes there; by password where one is given.</summary>
    public AquilonLogin? Login { get; init; }

    /// <summary>Whose ticket; the account's own in its host's default realm where not set.</summary>
    [RegularExpression(NamePattern)]
    public string? Principal { get; init; }

    /// <summary>A keytab on that host, for the login <c>kerberos</c>; without one the ticket is there already.</summary>
    public string? Keytab { get; init; }

    /// <summary>How long the ticket must be good for when something begins.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MinimumTicketLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long one command that changes something may take.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "02:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The template domain that hosts are imported into, and managed from where no sandbox is set.</summary>
    [RegularExpression(NamePattern)]
    public string? Domain { get; init; }

    /// <summary>The sandbox that hosts are managed from, as <c>author/name</c>.</summary>
    [RegularExpression(@"[A-Za-z0-9_][A-Za-z0-9_.@-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*")]
    public string? Sandbox { get; init; }

    [RegularExpression(NamePattern)]
    public string? Archetype { get; init; }

    [RegularExpression(NamePattern)]
    public string? Personality { get; init; }

    /// <summary>Such as <c>rocky</c>.</summary>
    [RegularExpression(NamePattern)]
    public string? OsName { get; init; }

    /// <summary>As Aquilon names it, such as <c>9x-x86_64</c>.</summary>
    [RegularExpression(NamePattern)]
    public string? OsVersion { get; init; }

    /// <summary>How a host is imported from the inventory.</summary>
    public AquilonImport Import { get; init; }

    /// <summary>What the machine boots from.</summary>
    [RegularExpression(AquilonNames.InterfacePattern)]
    public string BootInterface { get; init; } = "eth0";

    /// <summary>The interfaces that <c>aquilon.interfaces.remove</c> leaves.</summary>
    public IReadOnlyList<string> KeepInterfaces { get; init; } = ["bmc0", "eth0"];

    /// <summary>Which machines lose which disk.</summary>
    public IReadOnlyList<AquilonDiskRule> DiskRules { get; init; } = [];

    /// <summary>Whether <c>manage</c> is tried again with <c>--force</c> where the broker refuses to leave commits behind.</summary>
    public bool ForceManage { get; init; }

    /// <summary>Given with every change, where the broker's change management wants it.</summary>
    public string? Justification { get; init; }

    /// <inheritdoc cref="Justification"/>
    public string? Reason { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Host is not null && !HostNameRule.IsValid(Host))
            yield return $"host: '{Host}' is not {HostNameRule.Description}.";
        if (Login == AquilonLogin.Password && Password is null)
            yield return "login is password, so password is needed.";
        if (Import == AquilonImport.Record)
            yield return "import is netbox2aquilon or aq: a record is there only once a host was deleted.";
        if (Keytab is not null && (Login ?? AquilonLogin.Kerberos) != AquilonLogin.Kerberos)
            yield return "a keytab is for the login kerberos.";
        foreach (var folder in Path.Append(Keytab).OfType<string>().Where(path => !path.StartsWith('/') || path.Contains(':', StringComparison.Ordinal)))
            yield return $"'{folder}' is not a full path on the host.";
        foreach (var name in KeepInterfaces.Where(name => !AquilonNames.IsInterface(name)))
            yield return $"keep-interfaces: '{name}' is not the name of an interface.";
    }
}
