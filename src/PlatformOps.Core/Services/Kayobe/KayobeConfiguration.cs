using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>The <c>kayobe:</c> section: the control host that runs Kayobe. The paths are paths there.</summary>
[Section("kayobe")]
internal sealed record KayobeConfiguration : ICheckedRecord
{
    /// <summary>The host that Kayobe runs on. It is never a target.</summary>
    public string? Hostname { get; init; }

    /// <summary>The account on that host; ssh.username where not set.</summary>
    public string? Username { get; init; }

    /// <summary>The vault password file on the control host; the original's name for it is <c>nopassfile</c>.</summary>
    [YamlName("nopassfile", "no-pass-file")]
    [RegularExpression(FullPath)]
    public string? NoPassFile { get; init; }

    /// <summary>The vault's password; it goes over standard input to KAYOBE_VAULT_PASSWORD there, and wins over <see cref="NoPassFile"/>: Kayobe refuses more than one.</summary>
    public Secret? VaultPassword { get; init; }

    /// <summary>The folder of the production environment: below it, where nothing else is set, the virtual environment is <c>venvs/kayobe</c> and the checkout <c>src/kayobe-config</c>, as in Kayobe's documentation.</summary>
    [RegularExpression(FullPath)]
    public string? ProdEnvPath { get; init; }

    /// <summary>Kayobe's virtual environment.</summary>
    [RegularExpression(FullPath)]
    public string? VenvPath { get; init; }

    /// <summary>The checkout of the Kayobe configuration, with <c>kayobe-env</c> in it.</summary>
    [RegularExpression(FullPath)]
    public string? ConfigPath { get; init; }

    /// <summary>The Kayobe environment, for a configuration that has several.</summary>
    [RegularExpression("[A-Za-z0-9_][A-Za-z0-9_.-]*")]
    public string? Environment { get; init; }

    /// <summary>The branch that the checkout must be on; any that has an upstream where not set.</summary>
    [RegularExpression("[A-Za-z0-9_][A-Za-z0-9_./-]*")]
    public string? Branch { get; init; }

    /// <summary>What resolves a pattern to hosts: the pattern and <c>--list-hosts</c> are put behind it. By default <c>ansible</c> with the inventories of the configuration and of its environment.</summary>
    [MinLength(1)]
    public IReadOnlyList<string>? InventoryCommand { get; init; }

    /// <summary>The playbook that builds the inventory, below <c>ansible/</c> of the configuration.</summary>
    public string InventoryPlaybook { get; init; } = "build-inventory-from-netbox.yml";

    /// <summary>The inventory's group of the controllers.</summary>
    [RegularExpression("[a-z][a-z0-9_-]*")]
    public string ControllersGroup { get; init; } = "controllers";

    /// <summary>How long one command may take before nobody waits for it any more.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "2.00:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How long to wait for another that is at work on the same control host and environment.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "2.00:00:00")]
    public TimeSpan WaitForOthers { get; init; } = TimeSpan.FromHours(6);

    private const string FullPath = @"/[^\s'""$`\\]*";

    public IEnumerable<string> Problems()
    {
        if (KayobePlaybook.Problem(InventoryPlaybook) is { } problem)
            yield return $"inventory-playbook: {problem}";
    }
}
