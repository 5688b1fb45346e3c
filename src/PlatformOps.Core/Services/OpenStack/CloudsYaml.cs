using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>The clouds that other OpenStack clients know: clouds.yaml, secure.yaml beside it, and the <c>OS_*</c> variables as the cloud <c>envvars</c>.</summary>
/// <param name="environment">The variables and the home folder.</param>
/// <param name="workingFolder">Where it is looked first.</param>
/// <param name="systemFolder">Where it is looked last; the platform's where null.</param>
/// <remarks>openstacksdk documentation, "Configuring OpenStack SDK Applications".</remarks>
internal sealed class CloudsYaml(UserEnvironment environment, string workingFolder, string? systemFolder = null)
{
    private const string EnvironmentCloud = "envvars";

    /// <summary>Variables that choose or find a cloud and do not describe one.</summary>
    private static readonly string[] Choosing = ["OS_CLOUD", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLIENT_VENDOR_FILE"];

    /// <summary>The section with what it leaves open taken from the cloud that it names; from the default one where it names none and has no address.</summary>
    /// <exception cref="ConfigurationException">There is no such cloud, or it is not one that we can log in to.</exception>
    public OpenStackConfiguration Complete(OpenStackConfiguration section)
    {
        if (section.Cloud is null && section.AuthUrl is not null)
            return section;
        var (name, cloud, source) = Choose(section.Cloud);
        if (cloud is null)
            return section;

        if (cloud("auth_type") is { } method && method is not ("password" or "v3password" or "token" or "v3token" or "v3applicationcredential"))
            throw new ConfigurationException($"The cloud '{name}' in {source} logs in by '{ServerText.Clean(method, 60)}', which PlatformOps does not: use a password or an application credential.", source);
        var hasLogin = section.Password is not null || section.ApplicationCredentialSecret is not null || section.Token is not null;
        var hasScope = section is not { Project: null, ProjectId: null, Domain: null, DomainId: null, SystemScope: false };
        Secret? Hidden(string key) => !hasLogin && cloud(key) is { } text ? Secret.FromText(text) : null;
        string? Login(string key) => hasLogin ? null : cloud(key);
        string? Scope(string key) => hasScope ? null : cloud(key);
        return section with
        {
            AuthUrl = section.AuthUrl ?? Address(cloud("auth_url"), $"auth_url of the cloud '{name}'", source),
            Username = section.Username ?? cloud("username"),
            UserId = section.UserId ?? (section.Username is null ? cloud("user_id") : null),
            Password = section.Password ?? Hidden("password"),
            UserDomain = section.UserDomain ?? cloud("user_domain_name") ?? cloud("default_domain_name"),
            UserDomainId = section.UserDomainId ?? (section.UserDomain is null ? cloud("user_domain_id") ?? cloud("default_domain_id") ?? cloud("default_domain") : null),
            Project = section.Project ?? Scope("project_name") ?? Scope("tenant_name"),
            ProjectId = section.ProjectId ?? Scope("project_id") ?? Scope("tenant_id"),
            ProjectDomain = section.ProjectDomain ?? cloud("project_domain_name") ?? cloud("default_domain_name"),
            ProjectDomainId = section.ProjectDomainId ?? (section.ProjectDomain is null ? cloud("project_domain_id") ?? cloud("default_domain_id") ?? cloud("default_domain") : null),
            Domain = section.Domain ?? Scope("domain_name"),
            DomainId = section.DomainId ?? Scope("domain_id"),
            SystemScope = section.SystemScope || Scope("system_scope") == "all",
            ApplicationCredentialId = section.ApplicationCredentialId ?? Login("application_credential_id"),
            ApplicationCredentialName = section.ApplicationCredentialName ?? Login("application_credential_name"),
            ApplicationCredentialSecret = section.ApplicationCredentialSecret ?? Hidden("application_credential_secret"),
            Token = section.Token ?? (cloud("password") is null ? Hidden("token") : null),
            Region = section.Region ?? cloud("region_name"),
            Interface = section.Interface ?? cloud("interface") ?? cloud("endpoint_type"),
            Endpoints = Endpoints(section, cloud, source),
            Http = section.Http ?? Http(cloud, source),
        };
    }

    private static Dictionary<string, Uri> Endpoints(OpenStackConfiguration section, Func<string, string?> cloud, string source)
    {
        var endpoints = new Dictionary<string, Uri>(section.Endpoints);
        foreach (var type in new[] { "compute", "placement" })
        {
            if (!endpoints.ContainsKey(type) && Address(cloud($"{type}_endpoint_override"), $"{type}_endpoint_override", source) is { } address)
                endpoints[type] = address;
        }

        return endpoints;
    }

    private static HttpSettings? Http(Func<string, string?> cloud, string source)
    {
        var (ca, certificate, key) = (PathOf(cloud("cacert"), source), PathOf(cloud("cert"), source), PathOf(cloud("key"), source));
        var isOpen = IsTrue(cloud("insecure")) || cloud("verify") is { } verify && !IsTrue(verify);
        return ca is null && certificate is null && !isOpen ? null : new HttpSettings { CaFile = ca, ClientCertificate = certificate, ClientKey = key, Insecure = isOpen };
    }

    private static bool IsTrue(string? text) => text?.Trim().ToLowerInvariant() is "true" or "yes" or "on" or "1";

    private static string? PathOf(string? path, string source)
        => path is null ? null : LocalPath.Expand(path, Path.GetDirectoryName(source) is { Length: > 0 } folder ? folder : ".", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    private static Uri? Address(string? text, string what, string source)
        => text is null ? null
            : Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "" } ? address
            : throw new ConfigurationException($"{what} in {source} is not an http or https address: '{ServerText.Clean(text, 200)}'.", source);

    /// <summary>The cloud as a look-up by key; null where no cloud is named and none is there.</summary>
    private (string Name, Func<string, string?>? Cloud, string Source) Choose(string? wanted)
    {
        var isNamed = wanted is not null || environment.Variable("OS_CLOUD") is not null;
        var file = Find("OS_CLIENT_CONFIG_FILE", "clouds");
        var clouds = Clouds(file);
        var secure = Find("OS_CLIENT_SECURE_FILE", "secure");
        var secrets = Clouds(secure);
        var names = (clouds?.Entries.Select(entry => entry.Name) ?? []).ToList();
        var hasVariables = environment.Variables.Keys.Any(key => key.StartsWith("OS_", StringComparison.Ordinal) && !Choosing.Contains(key) && environment.Variable(key) is not null);
        var name = wanted ?? environment.Variable("OS_CLOUD") ?? (hasVariables ? EnvironmentCloud : names is [var only] ? only : null);
        if (name == EnvironmentCloud && hasVariables)
            return (name, Variable, "the OS_* variables");
        if (name is null && names.Count == 0)
            return ("", null, "");
        var found = name is null ? null : Exact(clouds, name);
        if (found is null)
        {
            throw new ConfigurationException(
                $"{(isNamed ? $"There is no cloud '{name}'" : "Several clouds are described and none is chosen")} in {file ?? "any clouds.yaml (looked in " + string.Join(", ", Folders()) + ")"}; there {(names.Count == 0 ? "are none" : "are " + string.Join(", ", names.Select(known => $"'{known}'")))}. Set openstack.cloud to one of them, or openstack.auth-url and the rest.",
                file);
        }

        return (name!, Merged(found, Exact(secrets, name!), file!), file!);
    }

    private static Func<string, string?> Merged(YamlMapping cloud, YamlMapping? secure, string file)
    {
        if (Scalar(cloud, "profile") is { } profile && Scalar(cloud.Find("auth") as YamlMapping, "auth_url") is null)
            throw new ConfigurationException($"The cloud in {file} takes its address from the vendor profile '{ServerText.Clean(profile, 100)}', which is not read here: write auth_url under auth.", file);
        // A region may have settings of its own.
        var region = Scalar(secure, "region_name") ?? Scalar(cloud, "region_name");
        var own = (cloud.Find("regions") as YamlSequence)?.Items.OfType<YamlMapping>().FirstOrDefault(one => Scalar(one, "name") == region)?.Find("values") as YamlMapping;
        return key =>
        {
            foreach (var level in new[] { secure, own, cloud })
            {
                if ((Scalar(level?.Find("auth") as YamlMapping, key) ?? Scalar(level, key)) is { } value)
                    return value;
            }

            return null;
        };
    }

    // Names of clouds are names: the house's equality of - and _ does not hold for them.
    private static YamlMapping? Exact(YamlMapping? clouds, string name) => clouds?.Entries.Where(entry => entry.Name == name).Select(entry => entry.Value as YamlMapping).FirstOrDefault();

    private static string? Scalar(YamlMapping? mapping, string key) => mapping?.Find(key) is YamlScalar { IsNull: false } scalar ? scalar.Text : null;

    private static YamlMapping? Clouds(string? file)
        => file is null ? null : YamlReader.ReadFile(file, YamlSource.Configuration).Find("clouds") as YamlMapping;

    private string? Variable(string key) => key switch
    {
        "interface" => environment.Variable("OS_INTERFACE"),
        "username" => environment.Variable("OS_USERNAME") ?? environment.Variable("OS_USER_NAME"),
        _ => environment.Variable("OS_" + key.ToUpperInvariant()),
    };

    private string? Find(string variable, string name)
    {
        if (environment.Variable(variable) is { } given)
            return File.Exists(given) ? Path.GetFullPath(given, workingFolder) : throw new ConfigurationException($"{variable} names '{given}', and there is no such file.", given);
        return Folders().SelectMany(folder => new[] { ".yaml", ".yml" }.Select(extension => Path.Combine(folder, name + extension))).FirstOrDefault(File.Exists);
    }

    private IEnumerable<string> Folders()
    {
        yield return workingFolder;
        yield return environment.IsWindows
            ? Path.Combine(environment.Variable("LOCALAPPDATA") ?? Path.Combine(environment.HomeFolder, "AppData", "Local"), "OpenStack", "openstack")
            : Path.Combine(environment.Variable("XDG_CONFIG_HOME") ?? Path.Combine(environment.HomeFolder, ".config"), "openstack");
        yield return systemFolder ?? (environment.IsWindows ? @"C:\ProgramData\OpenStack\openstack" : "/etc/openstack");
    }
}
