using PlatformOps.PowerShell.Formatting;

namespace PlatformOps.Cmdlets.Tests.Formatting;

public sealed class CellTests
{
    [Theory]
    [InlineData("Invoke-MigrationStep -Step Setup, PreDrain", 56, 80, "Invoke-MigrationStep\n-Step Setup, PreDrain")]
    [InlineData("Invoke-MigrationStep -Step Setup, PreDrain", 56, 160, "Invoke-MigrationStep -Step Setup, PreDrain")]
    [InlineData("Invoke-MigrationStep -Step Setup, PreDrain", 56, 0, "Invoke-MigrationStep -Step Setup, PreDrain")]
    [InlineData("one two\nthree four five", 0, 11, "one two\nthree four\nfive")]
    [InlineData("a 0123456789012 b", 0, 11, "a\n0123456789012 b")]
    [InlineData(null, 0, 80, "")]
    public void Lines_break_between_words(string? text, int beside, int width, string shown) => Assert.Equal(shown, Cell.Wrap(text, beside, width));
}
