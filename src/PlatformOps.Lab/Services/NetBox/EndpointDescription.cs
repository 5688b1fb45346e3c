using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.NetBox;

/// <summary>
/// What <c>OPTIONS</c> answers: Django REST framework's <c>SimpleMetadata</c> with NetBox's <c>BulkOperationMetadata</c>, of which clients
/// read the choices of fields. Described are the fields that the lab has (NetBox has more), and of interfaces and of what
/// journal entries are about the choices that occur here.
/// </summary>
internal sealed class EndpointDescription(NetBoxVersion version)
{
    private static readonly (string, string)[] Airflows =
    [
        ("front-to-rear", "Front to rear"), ("rear-to-front", "Rear to front"), ("left-to-right", "Left to right"), ("right-to-left", "Right to left"), ("side-to-rear", "Side to rear"),
        ("rear-to-side", "Rear to side"), ("bottom-to-top", "Bottom to top"), ("top-to-bottom", "Top to bottom"), ("passive", "Passive"), ("mixed", "Mixed"),
    ];

    private static readonly (string, string)[] SiteStatuses = Same("planned", "staging", "active", "decommissioning", "retired");

    private static readonly (string, string)[] AddressStatuses = [("active", "Active"), ("reserved", "Reserved"), ("deprecated", "Deprecated"), ("dhcp", "DHCP"), ("slaac", "SLAAC")];

    private static readonly (string, string)[] AddressRoles =
        [("loopback", "Loopback"), ("secondary", "Secondary"), ("anycast", "Anycast"), ("vip", "VIP"), ("vrrp", "VRRP"), ("hsrp", "HSRP"), ("glbp", "GLBP"), ("carp", "CARP")];

    /// <summary>A view without a resource: the root, the status.</summary>
    public static Answer OfView(string name, string description) => Answer.Ok(Head(name, description)).With("Allow", "GET, HEAD, OPTIONS");

    /// <param name="path">The resource, such as <c>dcim/devices</c>.</param>
    /// <param name="isList">Its list, as against one object, which need not be there.</param>
    /// <param name="mayWrite">Whether the caller may: what may not be done is not described.</param>
    public Answer Of(string path, bool isList, bool mayWrite)
    {
        var (name, fields) = Resource(path);
        var body = Head($"{name} {(isList ? "List" : "Instance")}", "");
        if (mayWrite)
        {
            var actions = new JsonObject();
            // A list takes many at a time by PUT.
            foreach (var method in isList ? (string[])["POST", "PUT"] : ["PUT"])
                actions[method] = EndpointField.Describe(fields);
            body["actions"] = actions;
        }

        return Answer.Ok(body).With("Allow", isList ? "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS" : "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
    }

    private static JsonObject Head(string name, string description) => new()
    {
        ["name"] = name,
        ["description"] = description,
        ["renders"] = new JsonArray("application/json", "text/html"),
        ["parses"] = new JsonArray("application/json", "multipart/form-data"),
    };

    private (string Name, EndpointField[] Fields) Resource(string path) => path switch
    {
        "dcim/devices" => ("Device", Whole(
        [
            Text("name", 64), Nested("device_type", Manufactured()) with { IsRequired = true },
            .. Since(3, 6, Named("role") with { IsRequired = true }), .. Until(4, 0, Named("device_role") with { IsRequired = !version.AtLeast(3, 6) }),
            Named("tenant"), Named("platform"), Text("serial", 50) with { Label = "Serial number" }, Text("asset_tag", 50), Named("site") with { IsRequired = true },
            Named("location"), Nested("rack", [Text("name")]), new("position", "decimal") { Label = "Position (U)" }, Choice("face", ("front", "Front"), ("rear", "Rear")),
            Told("parent_device"), Choice("status", Same(NetBoxRows.Statuses)), Choice("airflow", Airflows),
            Address("primary_ip") with { IsReadOnly = true }, Address("primary_ip4"), Address("primary_ip6"), .. Since(3, 6, Address("oob_ip")),
            Nested("cluster", [Text("name")]), Nested("virtual_chassis", [Text("name")]), Number("vc_position", 0, 255), Number("vc_priority", 0, 255) with { Label = "VC priority" },
            .. Since(3, 4, Text("description", 200)), Text("comments"), Told("config_context"), new("local_context_data", "field"),
        ], [.. Since(4, 0, new EndpointField("interface_count", "integer") { IsReadOnly = true })])),
        "dcim/interfaces" => ("Interface", Whole(
        [
            Nested("device", [Text("name", 64)]) with { IsRequired = true }, Text("name", 64) with { IsRequired = true }, Text("label", 64),
            Choice("type", ("1000base-t", "1000BASE-T (1GE)"), ("25gbase-x-sfp28", "SFP28 (25GE)")) with { IsRequired = true }, new("enabled", "boolean"),
            Nested("parent", [Text("name")]), Nested("bridge", [Text("name")]), Nested("lag", [Text("name")]), Number("mtu", 1, 65536) with { Label = "MTU" },
            Text("mac_address") with { IsReadOnly = version.AtLeast(4, 2) }, new("mgmt_only", "boolean") { Label = "Management only" }, Text("description", 200),
        ], [new("count_ipaddresses", "integer") { IsReadOnly = true }])),
        "ipam/ip-addresses" => ("IP Address", Whole(
        [
            Told("family"), Text("address") with { IsRequired = true }, Named("vrf"), Named("tenant"), Choice("status", AddressStatuses), Choice("role", AddressRoles),
            new("assigned_object_type", "field"), Number("assigned_object_id", 0, null), Told("assigned_object"), Text("dns_name", 255) with { Label = "DNS Name" }, Text("description", 200), Text("comments"),
        ])),
        "extras/journal-entries" => ("Journal Entry", Whole(
        [
            Choice("assigned_object_type", ("dcim.device", "DCIM | device")) with { IsRequired = true }, Number("assigned_object_id", 0, null) with { IsRequired = true }, Told("assigned_object"),
            new("created_by", "field"), Choice("kind", Same("info", "success", "warning", "danger")), Text("comments") with { IsRequired = true },
        ])),
        "dcim/device-types" => ("Device Type", Whole([.. Manufactured(), new("u_height", "decimal") { Label = "Position (U)" }, new("is_full_depth", "boolean"), Text("description", 200)], [Told("device_count")])),
        "dcim/device-roles" => ("Device Role", Whole([.. Shelved(), Text("color", 6), new("vm_role", "boolean") { Label = "VM role" }, Text("description", 200)], [Told("device_count")])),
        "dcim/sites" => ("Site", Whole([.. Shelved(), Choice("status", SiteStatuses), Text("description", 200)], [Told("device_count")])),
        "dcim/racks" => ("Rack", Whole([Text("name", 100) with { IsRequired = true }, Named("site") with { IsRequired = true }, Choice("status", Same("reserved", "available", "planned", "active", "deprecated")), Number("u_height", 1, 100) with { Label = "Height (U)" }, Text("description", 200)])),
        "dcim/manufacturers" => ("Manufacturer", Whole([.. Shelved(), Text("description", 200)])),
        "dcim/platforms" => ("Platform", Whole([.. Shelved(), Text("description", 200)])),
        _ => ("Tag", [.. Identity(), .. Shelved(), Text("color", 6), Text("description", 200), .. Times()]),
    };

    private EndpointField[] Whole(EndpointField[] own, EndpointField[]? counts = null) =>
    [
        .. Identity(), .. own,
        new("tags", "field") { Item = Nested("", [.. Shelved(), Text("color", 6)]) }, new("custom_fields", "field"),
        .. Times(), .. counts ?? [],
    ];

    private EndpointField[] Identity() => [new("id", "integer") { IsReadOnly = true, Label = "ID" }, Told("url"), .. Since(4, 1, Told("display_url")), Told("display")];

    private static EndpointField[] Times() => [new("created", "datetime") { IsReadOnly = true }, new("last_updated", "datetime") { IsReadOnly = true }];

    private static EndpointField[] Shelved() => [Text("name", 100) with { IsRequired = true }, new("slug", "slug") { IsRequired = true, MaxLength = 100 }];

    private EndpointField[] Manufactured() => [Named("manufacturer") with { IsRequired = true }, Text("model", 100) with { IsRequired = true }, new("slug", "slug") { IsRequired = true, MaxLength = 100 }];

    private EndpointField[] Since(int major, int minor, params EndpointField[] fields) => version.AtLeast(major, minor) ? fields : [];

    private EndpointField[] Until(int major, int minor, params EndpointField[] fields) => version.AtLeast(major, minor) ? [] : fields;

    private EndpointField Named(string name) => Nested(name, Shelved());

    private EndpointField Address(string name) => Nested(name, [Told("family"), Text("address") with { IsRequired = true }]);

    private EndpointField Nested(string name, EndpointField[] own) => new(name, "nested object")
    {
        Children = [new("id", "integer") { IsReadOnly = true, Label = "ID" }, Told("url"), Told("display"), .. own, .. Since(4, 0, Text("description", 200))],
    };

    private static EndpointField Text(string name, int? most = null) => new(name, "string") { MaxLength = most };

    private static EndpointField Number(string name, int? min, int? max) => new(name, "integer") { Min = min, Max = max };

    private static EndpointField Told(string name) => new(name, "field") { IsReadOnly = true };

    private static EndpointField Choice(string name, params (string, string)[] choices) => new(name, "field") { Choices = choices };

    private static (string, string)[] Same(params string[] values) => [.. values.Select(value => (value, NetBoxRows.Label(value)))];
}
