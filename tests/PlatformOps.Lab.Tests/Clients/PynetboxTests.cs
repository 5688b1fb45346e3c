namespace PlatformOps.Lab.Tests.Clients;

public sealed class PynetboxTests
{
    [Fact]
    public async Task It_reads_and_writes_devices()
    {
        await PeerProcess.RequirePythonAsync("pynetbox", "python3-pynetbox");
        await using var lab = await LabUnderTest.StartAsync();

        var output = await PeerProcess.PythonAsync("""
            import sys, pynetbox
            nb = pynetbox.api(sys.argv[1] + "netbox", token=sys.argv[2])
            print(nb.version, nb.status()["netbox-version"])
            print(len(list(nb.dcim.devices.filter(name__ic="HV", limit=2))), nb.dcim.devices.count(status="active"))
            d = nb.dcim.devices.get(name="hv01")
            d.status = "planned"
            d.custom_fields["maintenance_note"] = "reinstall"
            print(d.save())
            print(d.update({"role": nb.dcim.device_roles.get(slug="spare").id}))
            d = nb.dcim.devices.get(d.id)
            print(d.status, d.role, d.oob_ip, d.custom_fields["maintenance_note"])
            nb.extras.journal_entries.create(assigned_object_type="dcim.device", assigned_object_id=d.id, kind="info", comments="hello")
            print(len(list(nb.extras.journal_entries.filter(assigned_object_id=d.id))))
            port = nb.dcim.interfaces.get(device="hv01", name="bmc0")
            print([a.address for a in nb.ipam.ip_addresses.filter(interface_id=port.id)])
            print([c["value"] for c in nb.dcim.devices.choices()["status"]][:2])
            """, lab.Server.Address.AbsoluteUri, lab.NetBoxToken);

        var address = (string)lab.Hypervisor("hv01.lab.example")["bmcAddress"]!;
        Assert.Equal(["4.2 4.2.9", "4 4", "True", "True", $"Planned Spare {address}/24 reinstall", "1", $"['{address}/24']", "['offline', 'active']"], output.Split('\n'));
    }

    [Fact]
    public async Task It_shows_the_errors_of_fields_and_tokens()
    {
        await PeerProcess.RequirePythonAsync("pynetbox", "python3-pynetbox");
        await using var lab = await LabUnderTest.StartAsync();

        var output = await PeerProcess.PythonAsync("""
            import sys, pynetbox
            def attempt(token, change):
                try:
                    change(pynetbox.api(sys.argv[1] + "netbox", token=token).dcim.devices)
                except pynetbox.RequestError as e:
                    print(e)
            attempt(sys.argv[2], lambda devices: devices.get(1001).update({"status": "bogus"}))
            attempt("bad", lambda devices: devices.get(1001))
            """, lab.Server.Address.AbsoluteUri, lab.NetBoxToken);

        Assert.Equal(
            ["The request failed with code 400 Bad Request: {'status': ['bogus is not a valid choice.']}", "The request failed with code 403 Forbidden: {'detail': 'Invalid token'}"],
            output.Split('\n'));
    }
}
