using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Configuration;

/// <summary>The secrets of a configuration by their dotted keys, such as <c>jira.api-token</c>.</summary>
internal static class ConfiguredSecrets
{
    private const string VaultPassword = "ansible-vault-password";

    /// <summary>Every secret that is configured: its key, itself, and the user name beside it where there is one.</summary>
    public static IEnumerable<(string Key, Secret Secret, string? UserName)> Of(OpsConfiguration configuration)
    {
        if (configuration.AnsibleVaultPassword is { } password)
            yield return (VaultPassword, password, null);
        foreach (var (type, section) in configuration.Sections.OrderBy(pair => OpsConfiguration.NameOf(pair.Key), StringComparer.Ordinal))
        {
            foreach (var found in In(section, OpsConfiguration.NameOf(type)))
                yield return found;
        }
    }

    private static IEnumerable<(string Key, Secret Secret, string? UserName)> In(object record, string path)
    {
        var shape = RecordShape.Of(record.GetType());
        var userName = shape.Find("username")?.Property.GetValue(record) as string;
        foreach (var member in shape.Members)
        {
            var key = $"{path}.{member.Key}";
            switch (member.Property.GetValue(record))
            {
                case Secret secret:
                    yield return (key, secret, userName);
                    break;
                // A section within the section: a record of ours that is no leaf.
                case { } inner when inner.GetType() is { IsClass: true } type && type.Namespace?.StartsWith("PlatformOps.", StringComparison.Ordinal) == true && type.GetProperties().Any(property => property.PropertyType == typeof(Secret)):
                    foreach (var found in In(inner, key))
                        yield return found;
                    break;
            }
        }
    }
}
