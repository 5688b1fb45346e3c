using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Configuration;

/// <summary>The top-level keys that belong to no service.</summary>
internal sealed record GeneralKeys : ICheckedRecord
{
    /// <summary>What the environment is called; shown in every confirmation.</summary>
    [System.ComponentModel.DataAnnotations.RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    public string Environment { get; init; } = "default";

    /// <summary>Where journals, locks and dossiers are kept.</summary>
    [LocalPath]
    public string? StateFolder { get; init; }

    public LedgerKind Ledger { get; init; }

    /// <summary>Of the shared ledger.</summary>
    public PostgresSettings Postgres { get; init; } = new();

    public GeneralConfiguration General { get; init; } = new();

    public TargetRules Targets { get; init; } = new();

    /// <summary>When changes may start; at any time where there is none.</summary>
    public IReadOnlyList<ChangeWindow> ChangeWindows { get; init; } = [];

    public MaintenanceRules Maintenance { get; init; } = new();

    public RunbookSettings Runbooks { get; init; } = new();

    public HostIdentity HostIdentity { get; init; } = new();

    /// <summary>Opens <c>!vault</c> values and vault files.</summary>
    public Secret? AnsibleVaultPassword { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Ledger == LedgerKind.Postgres && Postgres.Host is null)
            yield return "ledger is postgres, so postgres.host is needed.";
    }
}
