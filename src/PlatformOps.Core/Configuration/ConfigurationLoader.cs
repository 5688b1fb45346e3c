using System.Globalization;
using System.Security;
using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Files;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Configuration;

/// <summary>Finds the configuration file, checks who may change and read it, lays overrides over it, and binds it.</summary>
/// <remarks>
/// Found at the given path, else <c>$PLATFORMOPS_CONFIG</c>, else in the platform's configuration folder; never in the working
/// directory, because it names programs to run. Parameters win over environment variables (<c>PLATFORMOPS__NETBOX__URL</c>),
/// which win over the file.
/// </remarks>
internal sealed class ConfigurationLoader
{
    public const string PathVariable = "PLATFORMOPS_CONFIG";
    public const string StateVariable = "PLATFORMOPS_STATE";
    public const string FileName = "ops.yaml";
    private const string OverridePrefix = "PLATFORMOPS__";

    private readonly Dictionary<string, Type> _sections;
    private readonly UserEnvironment _environment;

    /// <param name="sections">The records of all sections that are known, each with a <see cref="SectionAttribute"/>.</param>
    /// <param name="environment">The account's variables and home; the process's own where null.</param>
    public ConfigurationLoader(IEnumerable<Type> sections, UserEnvironment? environment = null)
    {
        _sections = sections.Distinct().ToDictionary(s => YamlKey.Normal(OpsConfiguration.NameOf(s)), StringComparer.Ordinal);
        _environment = environment ?? UserEnvironment.Current;
    }

    /// <summary>The environment variable that overrides a key: <c>netbox.api-token</c> is <c>PLATFORMOPS__NETBOX__API_TOKEN</c>.</summary>
    public static string VariableOf(string key)
        => OverridePrefix + key.ToUpperInvariant().Replace(".", "__", StringComparison.Ordinal).Replace('-', '_');

    /// <summary>The file that <see cref="Load"/> would read: a full path.</summary>
    public string FindPath(string? path = null)
        => Path.GetFullPath(path is { Length: > 0 } ? LocalPath.Expand(path, Environment.CurrentDirectory, _environment.HomeFolder)
            : _environment.Variable(PathVariable) is { } variable ? LocalPath.Expand(variable, Environment.CurrentDirectory, _environment.HomeFolder)
            : Path.Combine(_environment.ConfigurationFolder, FileName));

    /// <summary>Reads and checks the configuration.</summary>
    /// <param name="path">The file; found as said above where null. A relative one starts at the process's working directory, which is not PowerShell's location.</param>
    /// <param name="overrides">Dotted keys (<c>netbox.url</c>) with text, numbers, <see cref="Secret"/> or <see cref="SecureString"/>.</param>
    /// <exception cref="ConfigurationException">It is missing, not safe, or wrong; says where and what to do.</exception>
    public OpsConfiguration Load(string? path = null, IReadOnlyDictionary<string, object>? overrides = null)
    {
        var file = FindPath(path);
        if (!File.Exists(file) && !Directory.Exists(file))
        {
            throw new ConfigurationException(
                $"There is no configuration at {file}. Run Initialize-PlatformOps to write one, or give its path (-Path, ${PathVariable}).",
                file);
        }

        if (!PrivateFile.IsRegular(file))
            throw new ConfigurationException("This is not a regular file.", file);
        if (PrivateFile.WhyNotTrusted(file) is { } reason)
            throw new ConfigurationException(reason, file);
        return Bind(YamlReader.ReadFile(file, YamlSource.Configuration), file, overrides);
    }

    /// <summary>Binds a configuration that was read already; for texts that are in no file.</summary>
    internal OpsConfiguration Bind(YamlMapping written, string file, IReadOnlyDictionary<string, object>? overrides = null)
    {
        RefuseDuplicates(written);
        var tree = Override(written, overrides);

        var sectionNodes = new Dictionary<Type, (YamlScalar Key, YamlNode Value)>();
        var general = new List<YamlEntry>();
        foreach (var entry in tree.Entries)
        {
            if (_sections.TryGetValue(YamlKey.Normal(entry.Name), out var type))
                sectionNodes[type] = (entry.Key, entry.Value);
            else
                general.Add(entry);
        }

        YamlScalar? inlineSecret = null;
        void NoteInlineSecret(YamlScalar scalar)
        {
            if (ReferenceEquals(scalar.Source, written.Source))
                inlineSecret ??= scalar;
        }

        var generalBinding = new YamlBinding { HomeFolder = _environment.HomeFolder, AlsoKnown = [.. _sections.Values.Select(OpsConfiguration.NameOf).Order(StringComparer.Ordinal)], OnInlineSecret = NoteInlineSecret };
        var keys = YamlBinder.Bind<GeneralKeys>(new YamlMapping(tree.Source, tree.Line, tree.Column, general), generalBinding);

        var sections = new Dictionary<Type, object>();
        foreach (var (type, (key, node)) in sectionNodes)
        {
            var name = OpsConfiguration.NameOf(type);
            var mapping = node switch
            {
                YamlMapping m => m,
                // Everything in it is commented out.
                YamlScalar { IsNull: true } => new YamlMapping(node.Source, node.Line, node.Column, []),
                _ => throw node.Error($"{name} must be a mapping of keys with values, not {node.KindName}."),
            };
            sections[type] = YamlBinder.Bind(
                mapping,
                type,
                new YamlBinding { Path = name, HomeFolder = _environment.HomeFolder, VaultPassword = keys.AnsibleVaultPassword, OnInlineSecret = NoteInlineSecret });
        }

        if (inlineSecret is not null && File.Exists(file) && PrivateFile.MayOthersRead(file))
            throw inlineSecret.Error($"Others may read this file, and there is a secret in it. Run: {PrivateFile.MakePrivate(file)}");

        return new OpsConfiguration
        {
            Path = file,
            Environment = keys.Environment,
            StateFolder = _environment.Variable(StateVariable) is { } state
                ? LocalPath.Expand(state, Environment.CurrentDirectory, _environment.HomeFolder)
                : keys.StateFolder ?? _environment.StateFolder,
            Ledger = keys.Ledger,
            Postgres = keys.Postgres,
            General = keys.General with { Initials = keys.General.Initials ?? GeneralConfiguration.InitialsOf(_environment.UserName) },
            Targets = keys.Targets,
            ChangeWindows = keys.ChangeWindows,
            Maintenance = keys.Maintenance,
            Runbooks = keys.Runbooks,
            HostIdentity = keys.HostIdentity,
            AnsibleVaultPassword = keys.AnsibleVaultPassword,
            Sections = sections,
        };
    }

    private static void RefuseDuplicates(YamlMapping tree)
    {
        var seen = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
        foreach (var entry in tree.Entries)
        {
            if (!seen.TryAdd(YamlKey.Normal(entry.Name), entry.Key))
            {
                var first = seen[YamlKey.Normal(entry.Name)];
                throw entry.Key.Error(string.Create(CultureInfo.InvariantCulture, $"'{entry.Name}' is here twice: it is the same key as '{first.Text}' in line {first.Line}."));
            }
        }
    }

    private YamlMapping Override(YamlMapping tree, IReadOnlyDictionary<string, object>? overrides)
    {
        foreach (var (name, value) in _environment.Variables.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            // An empty variable is one that is not set: job systems have no other way to say so.
            if (!name.StartsWith(OverridePrefix, StringComparison.OrdinalIgnoreCase) || value.Length == 0)
                continue;
            var source = YamlSource.Configuration($"environment variable {name}", tree.Source.BaseFolder);
            tree = Set(tree, name[OverridePrefix.Length..].ToLowerInvariant().Split("__"), new YamlScalar(source, 0, 0, value));
        }

        foreach (var (name, value) in overrides ?? new Dictionary<string, object>())
        {
            var source = YamlSource.Configuration($"parameter {name}", tree.Source.BaseFolder);
            var scalar = value switch
            {
                Secret secret => new HandedSecret(source, secret),
                SecureString secret => new HandedSecret(source, Secret.FromSecureString(secret)),
                Uri uri => new YamlScalar(source, 0, 0, uri.OriginalString),
                IFormattable formattable => new YamlScalar(source, 0, 0, formattable.ToString(null, CultureInfo.InvariantCulture)),
                bool truth => new YamlScalar(source, 0, 0, truth ? "true" : "false"),
                string text => new YamlScalar(source, 0, 0, text),
                _ => throw source.Error($"A {value.GetType().Name} cannot be a value of the configuration. Give a text, a number or a SecureString."),
            };
            tree = Set(tree, name.Split('.'), scalar);
        }

        return tree;
    }

    private static YamlMapping Set(YamlMapping tree, ReadOnlySpan<string> path, YamlScalar value)
    {
        if (path.Length > YamlLimits.Default.Depth)
            throw value.Error("It has too many parts.");
        var name = path[0];
        if (name.Length == 0)
            throw value.Error("A part of the key is empty.");
        var key = new YamlScalar(value.Source, 0, 0, YamlKey.Normal(name));
        if (path.Length == 1)
            return tree.With(key, value);
        var inner = tree.Find(name) switch
        {
            null or YamlScalar { IsNull: true } => new YamlMapping(value.Source, 0, 0, []),
            YamlMapping mapping => mapping,
            { } other => throw value.Error($"'{name}' is {other.KindName} in the configuration, so that nothing in it can be overridden."),
        };
        return tree.With(key, Set(inner, path[1..], value));
    }
}
