using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>Who says that it is the right machine: each of the sources wrong, absent, or telling nothing.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private const string Serial = "/sys/class/dmi/id/product_serial";
    private const string Uuid = "/sys/class/dmi/id/product_uuid";

    private PhaseLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await PhaseLab.StartAsync();
        (await _lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task All_agree()
    {
        var answer = await LookAsync();

        Assert.Equal(StepOutcome.Passed, answer.Outcome);
        Assert.Matches(@"dossier of \d{4}-\d\d-\d\d (\S+), SSH \1, NetBox \1, BMC \S+ \1; UUID: ", answer.Evidence);
    }

    [Theory]
    [InlineData("SOMEBODYELSE", "the serial numbers differ.*SSH SOMEBODYELSE")]
    [InlineData("", "not everybody tells a serial number.*SSH none")]
    [InlineData("Default string", "not everybody tells a serial number.*SSH Default string")]
    [InlineData(null, "not everybody tells a serial number.*SSH none")]
    public async Task The_machine_itself(string? serial, string says)
    {
        await TellAsync(Serial, serial);
        await FailsAsync(says);
    }

    [Theory]
    [InlineData("SOMEBODYELSE", "the serial numbers differ.*NetBox SOMEBODYELSE")]
    [InlineData("", "not everybody tells a serial number.*NetBox none")]
    [InlineData("To be filled by O.E.M.", "not everybody tells a serial number.*NetBox To be")]
    public async Task The_inventory(string serial, string says)
    {
        await _lab.SetDeviceAsync(1, new { serial });
        await FailsAsync(says);
    }

    [Theory]
    [InlineData("""{"serialNumber": "SOMEBODYELSE"}""", "the serial numbers differ.*BMC [^ ]+ SOMEBODYELSE")]
    [InlineData("""{"serialNumber": ""}""", "not everybody tells a serial number.*BMC [^ ]+ none")]
    [InlineData("""{"serialNumber": "System Serial Number"}""", "not everybody tells a serial number")]
    [InlineData("""{"leadsTo": "hv02.lab.example"}""", "the serial numbers differ")]
    [InlineData("""{"uuid": "4c4c4544-0042-3510-8054-b4c04f333732"}""", "but the UUIDs differ.*BMC [^ ]+ 4c4c4544-0042-3510-8054-b4c04f333732")]
    public async Task The_controller(string properties, string says)
    {
        await _lab.SetBmcAsync(1, properties);
        await FailsAsync(says);
    }

    [Fact]
    public async Task A_controller_whose_UUID_is_written_as_SMBIOS_stores_it_is_the_machines()
    {
        var told = Guid.Parse((await _lab.HostAsync(1)).GetProperty("dmiUuid").GetString()!);
        await _lab.SetBmcAsync(1, $$"""{"uuid": "{{new Guid(told.ToByteArray(bigEndian: true))}}"}""");

        Assert.Equal(StepOutcome.Passed, (await LookAsync()).Outcome);
    }

    [Theory]
    [InlineData("4c4c4544-0042-3510-8054-b4c04f333732", "but the UUIDs differ.*SSH 4c4c4544")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", "no longer tells its UUID")]
    [InlineData("Not Settable", "no longer tells its UUID")]
    [InlineData(null, "no longer tells its UUID")]
    public async Task The_machines_own_UUID(string? uuid, string says)
    {
        await TellAsync(Uuid, uuid);
        await FailsAsync(says);
    }

    [Fact]
    public async Task A_dossier_whose_serial_number_is_none_proves_nothing()
    {
        _lab.Rewrite(dossier => dossier with { Host = dossier.Host with { SerialNumber = "0000000000" } });
        await FailsAsync("not everybody tells a serial number");
    }

    [Fact]
    public async Task A_machine_that_never_had_a_UUID_is_known_by_its_serial_number()
    {
        _lab.Rewrite(dossier => dossier with { Host = dossier.Host with { Uuid = null } });
        await TellAsync(Uuid, null);

        Assert.Equal(StepOutcome.Passed, (await LookAsync()).Outcome);
    }

    [Fact]
    public async Task What_nobody_wrote_down_is_refused()
    {
        await using var lab = await PhaseLab.StartAsync();

        await Assert.ThrowsAsync<RefusedException>(() => lab.CheckAsync(new CheckIdentity(), new NoParameters()));
    }

    [Theory]
    [InlineData("", "NetBox has no serial number of hv03.lab.example, ")]
    [InlineData("Default string", "NetBox has no serial number of hv03.lab.example ('Default string' is none)")]
    public async Task A_device_without_a_serial_number_is_refused_before_it_is_drained(string serial, string says)
    {
        await _lab.SetDeviceAsync(3, new { serial });

        var refused = (await _lab.RunAsync("PreDrain", PhaseLab.Target(3))).Failed();

        Assert.Equal("hypervisor.dossier", refused.Step);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"It tells {(await _lab.HostAsync(3)).GetProperty("serial").GetString()} itself", refused.Message, StringComparison.Ordinal);
        Assert.False((await _lab.HostAsync(3)).GetProperty("serviceDisabled").GetBoolean());
    }

    [Fact]
    public async Task A_machine_whose_maker_left_its_serial_number_out_is_refused_before_it_is_drained()
    {
        await _lab.SetHostAsync(3, new { files = new Dictionary<string, string> { [Serial] = "Default string\n" } });

        Assert.Contains("'Default string' is none", (await _lab.RunAsync("PreDrain", PhaseLab.Target(3))).Failed().Message, StringComparison.Ordinal);
    }

    private Task<CheckResult> LookAsync() => _lab.CheckAsync(new CheckIdentity(), new NoParameters());

    private Task TellAsync(string path, string? text) => _lab.SetHostAsync(1, new { files = new Dictionary<string, string?> { [path] = text is null ? null : text + "\n" } });

    private async Task FailsAsync(string says)
    {
        var answer = await LookAsync();
        Assert.Equal(StepOutcome.Failed, answer.Outcome);
        Assert.Matches(says, answer.Evidence);
    }
}
