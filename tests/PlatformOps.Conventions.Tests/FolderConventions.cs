using System.Text.RegularExpressions;

namespace PlatformOps.Conventions.Tests;

/// <summary>Which room of Core may know which: arrows go down only.</summary>
public sealed partial class FolderConventions
{
    // What a folder must not name. Sessions tie everything together, so only they name the domains.
    private static readonly (string Folder, string[] Forbidden)[] Rules =
    [
        ("Logging", ["Changes", "Runbooks", "Services", "Sessions", "Migration", "Http", "Ssh", "Processes", "Ledger", "Configuration", "Secrets"]),
        ("Ledger", ["Changes", "Runbooks", "Services", "Sessions", "Migration", "Http", "Ssh", "Processes"]),
        ("Changes", ["Runbooks", "Services", "Sessions", "Migration", "Http", "Ssh", "Processes"]),
        ("Processes", ["Changes", "Runbooks", "Services", "Sessions", "Migration", "Http", "Ssh", "Ledger", "Configuration", "Secrets"]),
        ("Ssh", ["Changes", "Runbooks", "Services", "Sessions", "Migration", "Http", "Ledger"]),
        ("Http", ["Changes", "Runbooks", "Services", "Sessions", "Migration", "Ssh", "Ledger"]),
        ("Services", ["Runbooks", "Sessions", "Migration"]),
        ("Runbooks", ["Services", "Sessions", "Migration", "Http", "Ssh", "Processes"]),
        ("Migration", ["Sessions", "Http", "Processes"]),
        ("Http", ["Changes", "Runbooks", "Services", "Sessions", "Migration", "Ssh", "Processes", "Ledger"]),
    ];

    [Fact]
    public void Arrows_go_down_only()
    {
        var core = Path.Combine(Root(), "src", "PlatformOps.Core");
        foreach (var (folder, forbidden) in Rules)
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(core, folder), "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match match in Usings().Matches(File.ReadAllText(file)))
                    Assert.False(forbidden.Contains(match.Groups["room"].Value), $"{Path.GetRelativePath(core, file)} names {match.Value.Trim()}");
            }
        }
    }

    [Fact]
    public void A_service_folder_never_names_another()
    {
        var services = Path.Combine(Root(), "src", "PlatformOps.Core", "Services");
        foreach (var folder in Directory.EnumerateDirectories(services))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match match in ServiceUsings().Matches(File.ReadAllText(file)))
                    Assert.Equal(Path.GetFileName(folder), match.Groups["service"].Value);
            }
        }
    }

    [Fact]
    public void The_lab_shares_no_code_with_what_it_is_to_test()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "src", "PlatformOps.Lab"), "*.cs*", SearchOption.AllDirectories))
            Assert.DoesNotMatch("PlatformOps\\.(Core|Model|PowerShell)", File.ReadAllText(file));
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Module.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Module.sln is not above the tests.");
        return folder;
    }

    [GeneratedRegex(@"^using PlatformOps\.Core\.(?<room>\w+)[^;]*;", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"^using PlatformOps\.Core\.Services\.(?<service>\w+)[^;]*;", RegexOptions.Multiline)]
    private static partial Regex ServiceUsings();
}
