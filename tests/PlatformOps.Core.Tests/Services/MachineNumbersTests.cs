using PlatformOps.Core.Services;

namespace PlatformOps.Core.Tests.Services;

public sealed class MachineNumbersTests
{
    [Theory]
    [InlineData("J30XYZ", "J30XYZ")]
    [InlineData(" J30XYZ\n", "J30XYZ")]
    [InlineData("100", "100")]
    [InlineData(null, null)]
    [InlineData(" ", null)]
    [InlineData("0", null)]
    [InlineData("00000000", null)]
    [InlineData("xxxxxxxx", null)]
    [InlineData("Default String", null)]
    [InlineData("To Be Filled By O.E.M.", null)]
    [InlineData("0123456789", null)]
    [InlineData("Not Specified", null)]
    public void A_makers_placeholder_is_no_serial_number(string? text, string? serial) => Assert.Equal(serial, MachineNumbers.Serial(text));

    [Theory]
    [InlineData("J30XYZ", "j30xyz ", true)]
    [InlineData("J30XYZ", "J30XYA", false)]
    [InlineData("Default string", "Default string", false)]
    [InlineData(null, null, false)]
    public void What_is_none_is_nobodys(string? one, string? other, bool same) => Assert.Equal(same, MachineNumbers.AreSame(one, other));

    [Theory]
    [InlineData("4c4c4544-0042-3510-8054-b4c04f333732", "4C4C4544-0042-3510-8054-B4C04F333732", true)]
    [InlineData("bdc26000-8930-11eb-8000-7cc255106b08", "0060c2bd-3089-eb11-8000-7cc255106b08", true)]
    [InlineData("bdc26000-8930-11eb-8000-7cc255106b08", "bdc26000-8930-11eb-8000-7cc255106b09", false)]
    public void Controllers_may_write_a_UUID_as_it_is_stored(string one, string other, bool same)
        => Assert.Equal(same, MachineNumbers.AreSame(MachineNumbers.Uuid(one)!.Value, MachineNumbers.Uuid(other)!.Value));

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")]
    [InlineData("Not Settable")]
    [InlineData(null)]
    public void A_UUID_that_is_not_set_is_none(string? text) => Assert.Null(MachineNumbers.Uuid(text));
}
