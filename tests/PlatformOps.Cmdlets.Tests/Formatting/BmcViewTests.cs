using PlatformOps.Bmc;
using PlatformOps.PowerShell.Formatting;

namespace PlatformOps.Cmdlets.Tests.Formatting;

public sealed class BmcViewTests
{
    [Theory]
    [InlineData("Pxe", "Once", "Pxe once")]
    [InlineData("Hdd", "Continuous", "Hdd continuous")]
    [InlineData("Pxe", "Disabled", "usual")]
    [InlineData("None", "Once", "usual")]
    [InlineData(null, null, "")]
    public void What_boots_next_is_the_override_that_counts(string? target, string? enabled, string shown)
        => Assert.Equal(shown, BmcView.NextBoot(System with { BootTarget = target, BootEnabled = enabled }));

    [Fact]
    public void Another_machine_than_the_inventorys_is_marked()
    {
        Assert.Equal("J1", BmcView.Serial(System with { MatchesInventory = true }, colours: false));
        Assert.Equal("J1 (another)", BmcView.Serial(System with { MatchesInventory = false }, colours: false));
        Assert.Equal("J1", BmcView.Serial(System, colours: true));
    }

    private static BmcSystem System => new() { BmcAddress = "10.30.0.2", SystemId = "1", SerialNumber = "J1" };
}
