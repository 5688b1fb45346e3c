using System.Text.RegularExpressions;

namespace PlatformOps.Conventions.Tests;

/// <summary>Only a cancellation that somebody asked for goes past whoever keeps one target's failure from the others.</summary>
public sealed partial class CancellationConventions
{
    [Fact]
    public void Nothing_lets_a_cancellation_pass_without_asking_whose_it_is()
    {
        var wrong = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(BuiltModule.Repository, "src", "PlatformOps.Core"), "*.cs", SearchOption.AllDirectories))
            wrong.AddRange(Exceptions().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)} says '{match.Value}': say !e.IsCancelledBy(token)"));

        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"is not \(?[\w .]*\b(Operation|Task)CanceledException")]
    private static partial Regex Exceptions();
}
