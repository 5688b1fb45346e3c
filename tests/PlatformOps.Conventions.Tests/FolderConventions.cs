using System.Text.RegularExpressions;

namespace PlatformOps.Conventions.Tests;

/// <summary>Which room of Core may know which: arrows go down only.</summary>
public sealed partial class FolderConventions
{
    private const string Core = "PlatformOps.Core.";
    private const string AnyService = "Services/*";

    // What each room may name. A service's folder may name what Services may, and Services itself: what services share.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Files"] = [],
        ["Texts"] = [],
        ["Logging"] = [],
        ["Processes"] = [],
        ["Yaml"] = ["Texts"],
        ["Secrets"] = ["Yaml", "Files", "Processes"],
        ["Configuration"] = ["Yaml", "Secrets", "Files"],
        ["Labs"] = ["Processes"],
        ["Ledger"] = ["Files", "Logging"],
        ["Http"] = ["Configuration", "Secrets", "Logging", "Texts"],
        ["Ssh"] = ["Configuration", "Secrets", "Logging", "Processes", "Files", "Texts"],
        ["Changes"] = ["Configuration", "Secrets", "Logging", "Ledger"],
        ["Services"] = ["Yaml", "Configuration", "Secrets", "Logging", "Ledger", "Changes", "Http", "Ssh", "Processes", "Files"],
        ["Runbooks"] = ["Yaml", "Configuration", "Secrets", "Logging", "Ledger", "Changes", "Files", "Texts"],
        ["Reports"] = ["Ledger", "Runbooks"],
        ["Migration"] = ["Texts", "Yaml", "Configuration", "Secrets", "Logging", "Ledger", "Changes", "Ssh", "Files", "Runbooks", "Services", AnyService],
        ["Sessions"] = ["Configuration", "Secrets", "Logging", "Ledger", "Changes", "Http", "Ssh", "Files", "Runbooks", "Migration", "Services", AnyService],
    };

    [Fact]
    public void Every_room_of_Core_has_its_rule()
        => Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), Directory.EnumerateDirectories(CoreFolder).Select(Path.GetFileName).Where(folder => folder is not ("bin" or "obj")).Order(StringComparer.Ordinal));

    [Fact]
    public void Arrows_go_down_only()
    {
        var wrong = new List<string>();
        foreach (var (type, named) in CoreReferences.Read(Path.Combine(BuiltModule.Folder, "bin", "PlatformOps.Core.dll")))
            wrong.AddRange(named.Where(other => !May(RoomOf(type), RoomOf(other))).Select(other => $"{type} names {other}"));
        // What a constant leaves behind is its value: the using is what tells.
        foreach (var file in Directory.EnumerateFiles(CoreFolder, "*.cs", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            if (Namespace().Match(text) is { Success: true } own)
                wrong.AddRange(Usings().Matches(text).Where(match => !May(RoomOf(own.Groups[1].Value + ".X"), RoomOf(match.Groups[1].Value + ".X"))).Select(match => $"{Path.GetRelativePath(CoreFolder, file)} says {match.Value}"));
        }

        Assert.Empty(wrong);
    }

    // The reader itself must see what a using does not tell: a qualified name, a type that is only inferred, a call.
    [Fact]
    public void What_a_type_names_is_found_without_a_using()
    {
        var references = CoreReferences.Read(Path.Combine(BuiltModule.Folder, "bin", "PlatformOps.Core.dll"));

        Assert.Contains("PlatformOps.Core.Runbooks.Runbook", references["PlatformOps.Core.Sessions.ServiceProbes"]);
        Assert.Contains("PlatformOps.Core.Services.NetBox.BmcAddress", references["PlatformOps.Core.Migration.RecordBmcAddress"]);
        Assert.Contains("PlatformOps.Core.Changes.ValueChange`2", references["PlatformOps.Core.Services.Jira.TransitionTicket"]);
    }

    // A nullable tuple is several words: who reads it while another writes it sees a value without its parts. A record is one reference.
    [Fact]
    public void What_is_found_once_and_kept_is_no_nullable_tuple()
        => Assert.Empty(Directory.EnumerateFiles(Path.Combine(BuiltModule.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => TupleFields().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));

    [Fact]
    public void The_lab_shares_no_code_with_what_it_is_to_test()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(BuiltModule.Repository, "src", "PlatformOps.Lab"), "*.cs*", SearchOption.AllDirectories))
            Assert.DoesNotMatch("PlatformOps\\.(Core|Model|PowerShell)", File.ReadAllText(file));
    }

    private static string CoreFolder => Path.Combine(BuiltModule.Repository, "src", "PlatformOps.Core");

    private static bool May(string? room, string? other)
    {
        if (room is null || other is null || room == other)
            return true;
        var isService = room.StartsWith("Services/", StringComparison.Ordinal);
        var allowed = Allowed.GetValueOrDefault(isService ? "Services" : room) ?? [];
        return allowed.Contains(other.StartsWith("Services/", StringComparison.Ordinal) ? AnyService : other) || (isService && other == "Services");
    }

    // The first folder, and a service's own; null outside of Core and for what the compiler makes.
    private static string? RoomOf(string type) => !type.StartsWith(Core, StringComparison.Ordinal) ? null : type[Core.Length..].Split('.') switch
    {
        ["Services", var service, _, ..] => $"Services/{service}",
        [var room, _, ..] => room,
        _ => null,
    };

    [GeneratedRegex(@"^using (?:static |\w+ = )?(PlatformOps\.Core\.[\w.]+?);", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"^namespace (PlatformOps\.Core\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^    private (?:volatile )?(?:\([^)]*\)|\w+Tuple<[^;]*>)\? _\w+;", RegexOptions.Multiline)]
    private static partial Regex TupleFields();
}
