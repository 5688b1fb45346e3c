using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.NetBox;

/// <summary>NetBox objects as the API shows them.</summary>
internal sealed class NetBoxRows(LabContext lab, NetBoxVersion version)
{
    public static readonly string[] Statuses = ["offline", "active", "planned", "staged", "failed", "inventory", "decommissioning"];

    public string Root => $"{lab.Address}netbox/api/";

    private NetBoxData Data => lab.World.NetBox;

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    public JsonObject Device(Device device, bool brief, bool withContext)
    {
        var row = Head("dcim/devices", device.Id, device.Name ?? $"{device.Type.Name} ({device.Id})");
        row["name"] = device.Name;
        if (brief)
        {
            if (version.AtLeast(4, 0))
                row["description"] = device.Description;
            return row;
        }

        row["device_type"] = Nested("dcim/device-types", device.Type);
        if (version.AtLeast(3, 6))
            row["role"] = Nested("dcim/device-roles", device.Role);
        // The old name stayed until 4.0.
        if (!version.AtLeast(4, 0))
            row["device_role"] = Nested("dcim/device-roles", device.Role);
        row["tenant"] = null;
        row["platform"] = device.Platform is null ? null : Nested("dcim/platforms", device.Platform);
        row["serial"] = device.Serial;
        row["asset_tag"] = device.AssetTag;
        row["site"] = Nested("dcim/sites", device.Site);
        row["location"] = null;
        row["rack"] = device.Rack is null ? null : Nested("dcim/racks", device.Rack);
        row["position"] = device.Position is { } position ? JsonValue.Create(decimal.Round(position, 1) + 0.0m) : null;
        row["face"] = device.Rack is null ? null : Choice("front", "Front");
        row["parent_device"] = null;
        row["status"] = Choice(device.Status, Label(device.Status));
        row["airflow"] = null;
        row["primary_ip"] = NestedAddress(device.PrimaryAddress);
        row["primary_ip4"] = NestedAddress(device.PrimaryAddress);
        row["primary_ip6"] = null;
        if (version.AtLeast(3, 6))
            row["oob_ip"] = NestedAddress(device.OutOfBandAddress);
        row["cluster"] = null;
        row["virtual_chassis"] = null;
        row["vc_position"] = null;
        row["vc_priority"] = null;
        if (version.AtLeast(3, 4))
            row["description"] = device.Description;
        row["comments"] = device.Comments;
        if (withContext)
            row["config_context"] = new JsonObject { ["ntp_servers"] = new JsonArray("10.20.255.1", "10.20.255.2") };
        row["local_context_data"] = null;
        row["tags"] = JsonText.Array(device.Tags.Select(tag => Nested("extras/tags", tag)));
        row["custom_fields"] = device.CustomFields.DeepClone();
        row["created"] = Stamp(device.Created);
        row["last_updated"] = Stamp(device.LastUpdated);
        if (version.AtLeast(4, 0))
            row["interface_count"] = Data.Interfaces.Count(port => port.DeviceId == device.Id);
        return row;
    }

    public JsonObject Interface(NetBoxInterface port)
    {
        var row = Head("dcim/interfaces", port.Id, port.Name);
        row["device"] = NestedDevice(port.DeviceId);
        row["name"] = port.Name;
        row["label"] = "";
        row["type"] = Choice(port.Type, port.Type.ToUpperInvariant());
        row["enabled"] = true;
        row["parent"] = null;
        row["bridge"] = null;
        row["lag"] = null;
        row["mtu"] = null;
        row["mac_address"] = port.Mac;
        row["mgmt_only"] = port.ManagementOnly;
        row["description"] = "";
        row["tags"] = JsonText.Array(Data.Tags.Where(tag => port.IsBootable && tag.Slug == "bootable").Select(tag => Nested("extras/tags", tag)));
        row["custom_fields"] = new JsonObject();
        row["count_ipaddresses"] = Data.Addresses.Count(address => address.InterfaceId == port.Id);
        row["created"] = Stamp(Data.Devices.Find(device => device.Id == port.DeviceId)?.Created ?? lab.Clock.Now);
        row["last_updated"] = row["created"]!.DeepClone();
        return row;
    }

    public JsonObject Address(NetBoxAddress address)
    {
        var row = Head("ipam/ip-addresses", address.Id, address.Address);
        var port = Data.Interfaces.Find(known => known.Id == address.InterfaceId);
        row["family"] = Family();
        row["address"] = address.Address;
        row["vrf"] = address.Vrf is { } vrf ? Nested("ipam/vrfs", new NetBoxObject(1, vrf, vrf)) : null;
        row["tenant"] = null;
        row["status"] = Choice("active", "Active");
        row["role"] = null;
        row["assigned_object_type"] = port is null ? null : "dcim.interface";
        row["assigned_object_id"] = port?.Id;
        if (port is null)
        {
            row["assigned_object"] = null;
        }
        else
        {
            var assigned = Head("dcim/interfaces", port.Id, port.Name);
            assigned["device"] = NestedDevice(port.DeviceId);
            assigned["name"] = port.Name;
            row["assigned_object"] = assigned;
        }

        row["dns_name"] = address.DnsName;
        row["description"] = "";
        row["comments"] = "";
        row["tags"] = new JsonArray();
        row["custom_fields"] = new JsonObject();
        return row;
    }

    public JsonObject Journal(NetBoxJournalEntry entry)
    {
        var row = Head("extras/journal-entries", entry.Id, $"{entry.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} ({Label(entry.Kind)})");
        row["assigned_object_type"] = entry.ObjectType;
        row["assigned_object_id"] = entry.ObjectId;
        row["assigned_object"] = NestedDevice(entry.ObjectId);
        row["created"] = Stamp(entry.Created);
        row["created_by"] = 1;
        row["kind"] = Choice(entry.Kind, Label(entry.Kind));
        row["comments"] = entry.Comments;
        row["tags"] = new JsonArray();
        row["custom_fields"] = new JsonObject();
        row["last_updated"] = Stamp(entry.Created);
        return row;
    }

    public JsonObject Full(string path, NetBoxObject item)
    {
        var row = Nested(path, item);
        row["description"] = item.Description;
        switch (path)
        {
            case "dcim/device-types":
                row["u_height"] = 1.0;
                row["is_full_depth"] = true;
                row["device_count"] = Data.Devices.Count(device => device.Type == item);
                break;
            case "dcim/device-roles":
                row["vm_role"] = false;
                row["device_count"] = Data.Devices.Count(device => device.Role == item);
                break;
            case "dcim/sites":
                row["status"] = Choice("active", "Active");
                row["device_count"] = Data.Devices.Count(device => device.Site == item);
                break;
            case "dcim/racks":
                row["site"] = Nested("dcim/sites", item.Parent!);
                row["u_height"] = 42;
                break;
        }

        if (path != "extras/tags")
        {
            row["tags"] = new JsonArray();
            row["custom_fields"] = new JsonObject();
        }

        return row;
    }

    public static string Label(string value) => string.Concat(value[..1].ToUpperInvariant(), value.AsSpan(1));

    private static JsonObject Choice(string value, string label) => new() { ["value"] = value, ["label"] = label };

    private static JsonObject Family() => new() { ["value"] = 4, ["label"] = "IPv4" };

    private JsonObject Head(string path, int id, string display)
    {
        var row = new JsonObject { ["id"] = id, ["url"] = $"{Root}{path}/{id}/" };
        if (version.AtLeast(4, 1))
            row["display_url"] = $"{lab.Address}netbox/{path}/{id}/";
        row["display"] = display;
        return row;
    }

    private JsonObject Nested(string path, NetBoxObject item)
    {
        var row = Head(path, item.Id, item.Name);
        if (path == "dcim/device-types")
        {
            row["manufacturer"] = Nested("dcim/manufacturers", item.Parent!);
            row["model"] = item.Name;
        }
        else
        {
            row["name"] = item.Name;
        }

        if (path is not ("dcim/racks" or "ipam/vrfs"))
            row["slug"] = item.Slug;
        if (path == "extras/tags")
            row["color"] = "9e9e9e";
        else if (version.AtLeast(4, 0))
            row["description"] = item.Description;
        return row;
    }

    private JsonObject? NestedDevice(int id)
    {
        var device = Data.Devices.Find(known => known.Id == id);
        return device is null ? null : Device(device, brief: true, withContext: false);
    }

    private JsonObject? NestedAddress(int? id)
    {
        if (Data.Addresses.Find(known => known.Id == id) is not { } address)
            return null;
        var row = Head("ipam/ip-addresses", address.Id, address.Address);
        row["family"] = version.AtLeast(4, 0) ? Family() : 4;
        row["address"] = address.Address;
        if (version.AtLeast(4, 0))
            row["description"] = "";
        return row;
    }
}
