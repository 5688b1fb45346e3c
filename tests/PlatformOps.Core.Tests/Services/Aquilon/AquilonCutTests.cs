using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Aquilon;

/// <summary>Deleting a host and importing it anew, where the answers of single commands are lost.</summary>
public sealed class AquilonCutTests
{
    // Every change of the reset, cut so that nobody hears how it ended: after the broker did it, and before.
    public static TheoryData<string, string, string> Cuts
    {
        get
        {
            var cuts = new TheoryData<string, string, string>();
            foreach (var call in new[] { "change_status", "del_host", "del_interface_address", "del_interface", "del_machine", "update_interface" })
            {
                cuts.Add("aquilon", call, "reset-after-commit");
                cuts.Add("aquilon", call, "status:504");
                cuts.Add("ssh", $"*aq {call} *", "ssh-drop");
            }

            cuts.Add("ssh", "*netbox2aquilon*", "ssh-drop");
            foreach (var call in new[] { "add_machine", "add_interface", "add_host", "add_interface_address" })
                cuts.Add("aquilon", call, "status:504");
            return cuts;
        }
    }

    [Theory, MemberData(nameof(Cuts))]
    public async Task What_is_cut_is_found_out_by_looking_and_the_end_is_the_same(string service, string call, string effect)
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.FaultAsync(call, effect, service: service);

        await lab.RunAsync("aquilon/reset");
        for (var i = 0; i < 3 && lab.LastRun.State != RunState.Succeeded; i++)
            await lab.ResumeAsync();

        Assert.Equal(RunState.Succeeded, lab.LastRun.State);
        // netbox2aquilon deletes the host that it added itself.
        Assert.Equal(call == "add_interface_address" ? 2 : 1, (await lab.WritesAsync()).Count(write => write == "del_host hv01.lab.example"));
        var machine = await lab.MachineAsync();
        Assert.Equal("netbox-1001", machine.GetProperty("label").GetString());
        Assert.Equal(["bmc0", "eth0", "eth1", "vlan100"], AquilonLab.InterfacesOf(machine).Order(StringComparer.Ordinal));
        Assert.Equal(3, machine.GetProperty("interfaces").EnumerateArray().Sum(port => port.GetProperty("addresses").GetArrayLength()));
        Assert.False(await lab.HasMachineAsync("system7001"));
    }
}
