using System.Reflection;
using PlatformOps.Core.Files;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Configuration;

/// <summary>The configuration file as validated records. Sections of services are records of the service's own folder, found by their <see cref="SectionAttribute"/>.</summary>
internal sealed record OpsConfiguration
{
    /// <summary>The file it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>What the environment is called, such as <c>prod</c>.</summary>
    public string Environment { get; init; } = "default";

    /// <summary>Where journals, locks and dossiers are kept: a full path.</summary>
    public string StateFolder { get; init; } = UserEnvironment.Current.StateFolder;

    public LedgerKind Ledger { get; init; }

    public PostgresSettings Postgres { get; init; } = new();

    public GeneralConfiguration General { get; init; } = new();

    /// <summary>The person's initials: the configured ones, or made from the account's name.</summary>
    public string Initials => General.Initials ?? GeneralConfiguration.InitialsOf(System.Environment.UserName);

    public TargetRules Targets { get; init; } = new();

    /// <summary>When changes may start; at any time where there is none.</summary>
    public IReadOnlyList<ChangeWindow> ChangeWindows { get; init; } = [];

    public MaintenanceRules Maintenance { get; init; } = new();

    public RunbookSettings Runbooks { get; init; } = new();

    public HostIdentity HostIdentity { get; init; } = new();

    /// <summary>Opens vaults that name no password of their own.</summary>
    public Secret? AnsibleVaultPassword { get; init; }

    /// <summary>The bound sections by their record type.</summary>
    public required IReadOnlyDictionary<Type, object> Sections { get; init; }

    /// <exception cref="ConfigurationException">The file has no such section; the message names the section and the file.</exception>
    public T Section<T>()
        where T : class
    {
        if (Sections.TryGetValue(typeof(T), out var section))
            return (T)section;
        var name = NameOf(typeof(T));
        throw new ConfigurationException($"There is no section '{name}', and what was asked needs it. Add '{name}:' with its keys; examples/ops.yaml shows them.", Path);
    }

    public bool Has<T>()
        where T : class
        => Sections.ContainsKey(typeof(T));

    /// <summary>A value that is needed now.</summary>
    /// <param name="value">What is configured.</param>
    /// <param name="key">Its key, such as <c>netbox.url</c>.</param>
    /// <param name="what">What it is, such as <c>the address of NetBox, such as https://netbox.example.org</c>.</param>
    /// <exception cref="ConfigurationException">It is not configured.</exception>
    public T Require<T>(T? value, string key, string what)
        where T : class
        => value is null or "" ? throw Missing(key, what) : value;

    /// <inheritdoc cref="Require{T}(T, string, string)"/>
    public T Require<T>(T? value, string key, string what)
        where T : struct
        => value ?? throw Missing(key, what);

    internal static string NameOf(Type section)
        => section.GetCustomAttribute<SectionAttribute>()?.Name ?? throw new InvalidOperationException($"{section} has no [Section].");

    private ConfigurationException Missing(string key, string what)
        => new($"{key} is not set: {what}. Add it, or set the environment variable {ConfigurationLoader.VariableOf(key)}.", Path);
}
