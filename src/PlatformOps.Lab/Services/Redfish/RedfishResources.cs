using System.Security.Cryptography;
using PlatformOps.Lab.Hosts;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Redfish;

/// <summary>The resources of a BMC as JSON.</summary>
/// <param name="root">The path that its links begin with: <c>/redfish/v1</c> behind where the lab has it.</param>
internal sealed class RedfishResources(string root)
{
    public static readonly string[] Targets = ["None", "Pxe", "Hdd", "Cd", "Usb", "BiosSetup", "UefiHttp"];

    public static readonly string[] Durations = ["Disabled", "Once", "Continuous"];

    public static readonly string[] Modes = ["UEFI", "Legacy"];

    // Whatever it is called: a client that expects 1 is wrong.
    public static string IdOf(Hypervisor machine) => machine.Serial;

    // A session's id tells nothing of its token.
    public static string IdOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..10];

    public static string TagOf(Hypervisor machine) => $"{(machine.Bmc.ETags == BmcETags.Weak ? "W/" : "")}\"{machine.Bmc.Revision}\"";

    public JsonObject ServiceRoot() => new()
    {
        ["@odata.id"] = root + "/",
        ["@odata.type"] = "#ServiceRoot.v1_13_0.ServiceRoot",
        ["Id"] = "RootService",
        ["Name"] = "Root Service",
        ["RedfishVersion"] = "1.15.0",
        ["Vendor"] = "PlatformOps lab",
        ["Systems"] = Link($"{root}/Systems"),
        ["SessionService"] = Link($"{root}/SessionService"),
        ["Links"] = new JsonObject { ["Sessions"] = Link($"{root}/SessionService/Sessions") },
    };

    public JsonObject Session(string token, string userName) => new()
    {
        ["@odata.id"] = $"{root}/SessionService/Sessions/{IdOf(token)}",
        ["@odata.type"] = "#Session.v1_4_0.Session",
        ["Id"] = IdOf(token),
        ["Name"] = "User Session",
        ["UserName"] = userName,
    };

    public JsonObject Systems(Hypervisor machine)
    {
        var members = Enumerable.Range(1, machine.Bmc.OtherSystems).Select(number => Link($"{root}/Systems/Blade{number}")).Prepend(Link(PathOf(machine)));
        return new JsonObject
        {
            ["@odata.id"] = $"{root}/Systems",
            ["@odata.type"] = "#ComputerSystemCollection.ComputerSystemCollection",
            ["Name"] = "Computer System Collection",
            ["Members@odata.count"] = machine.Bmc.OtherSystems + 1,
            ["Members"] = JsonText.Array(members),
        };
    }

    public JsonObject System(Hypervisor machine, LabHost host)
    {
        var bmc = machine.Bmc;
        var system = new JsonObject
        {
            ["@odata.id"] = PathOf(machine),
            ["@odata.type"] = "#ComputerSystem.v1_18_0.ComputerSystem",
            ["Id"] = IdOf(machine),
            ["Name"] = "System",
            ["SystemType"] = "Physical",
            ["Manufacturer"] = machine.Profile.Manufacturer,
            ["Model"] = machine.Profile.Model,
            ["SerialNumber"] = bmc.SerialNumber ?? machine.Serial,
            ["SKU"] = bmc.Sku,
            ["UUID"] = bmc.Uuid ?? machine.DmiUuid.ToString(),
            ["HostName"] = host.IsUp ? machine.Fqdn : null,
            ["BiosVersion"] = "CFE122K-3.20",
            ["PowerState"] = host.IsPoweredOn ? "On" : "Off",
            ["Status"] = new JsonObject { ["State"] = host.IsPoweredOn ? "Enabled" : "StandbyOffline", ["Health"] = "OK", ["HealthRollup"] = "OK" },
            ["Boot"] = bmc.HasSettingsResource ? new JsonObject() : Boot(bmc),
            ["Actions"] = new JsonObject { ["#ComputerSystem.Reset"] = ResetAction(machine) },
        };
        if (bmc.TellsResets)
            Tell(system, host);
        if (bmc.HasSettingsResource)
            system["@Redfish.Settings"] = new JsonObject { ["@odata.type"] = "#Settings.v1_3_5.Settings", ["SettingsObject"] = Link($"{PathOf(machine)}/Settings") };
        return system;
    }

    public JsonObject Neighbour(int number) => new()
    {
        ["@odata.id"] = $"{root}/Systems/Blade{number}",
        ["@odata.type"] = "#ComputerSystem.v1_18_0.ComputerSystem",
        ["Id"] = $"Blade{number}",
        ["Name"] = "System",
        ["SerialNumber"] = $"BLADE000{number}",
        ["PowerState"] = "On",
    };

    public JsonObject ActionInfo(Hypervisor machine) => new()
    {
        ["@odata.id"] = $"{PathOf(machine)}/ResetActionInfo",
        ["@odata.type"] = "#ActionInfo.v1_2_0.ActionInfo",
        ["Id"] = "ResetActionInfo",
        ["Name"] = "Reset Action Info",
        ["Parameters"] = new JsonArray(new JsonObject { ["Name"] = "ResetType", ["Required"] = true, ["DataType"] = "String", ["AllowableValues"] = JsonText.Strings(machine.Bmc.ResetTypes) }),
    };

    public JsonObject Settings(Hypervisor machine) => new()
    {
        ["@odata.id"] = $"{PathOf(machine)}/Settings",
        ["@odata.type"] = "#ComputerSystem.v1_18_0.ComputerSystem",
        ["Id"] = "Settings",
        ["Name"] = "Pending settings",
        ["Boot"] = Boot(machine.Bmc),
    };

    private static void Tell(JsonObject system, LabHost host)
    {
        var (state, since) = host switch
        {
            { IsUp: true } => ("OSRunning", host.BootedAt),
            { IsPoweredOn: true } => ("SystemHardwareInitializationComplete", host.ResetAt),
            _ => ("None", host.ResetAt),
        };
        system["LastResetTime"] = Time(host.ResetAt);
        system["BootProgress"] = new JsonObject { ["LastState"] = state, ["LastStateTime"] = Time(since) };
    }

    private static JsonObject Boot(Bmc bmc) => new()
    {
        ["BootSourceOverrideTarget"] = bmc.BootTarget,
        ["BootSourceOverrideTarget@Redfish.AllowableValues"] = JsonText.Strings(Targets),
        ["BootSourceOverrideEnabled"] = bmc.BootEnabled,
        ["BootSourceOverrideEnabled@Redfish.AllowableValues"] = JsonText.Strings(Durations),
        ["BootSourceOverrideMode"] = bmc.BootMode,
        ["BootSourceOverrideMode@Redfish.AllowableValues"] = JsonText.Strings(Modes),
    };

    private JsonObject ResetAction(Hypervisor machine)
    {
        var action = new JsonObject { ["target"] = $"{PathOf(machine)}/Actions/ComputerSystem.Reset" };
        if (machine.Bmc.HasActionInfo)
            action["@Redfish.ActionInfo"] = $"{PathOf(machine)}/ResetActionInfo";
        else
            action["ResetType@Redfish.AllowableValues"] = JsonText.Strings(machine.Bmc.ResetTypes);
        return action;
    }

    private string PathOf(Hypervisor machine) => $"{root}/Systems/{IdOf(machine)}";

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static JsonObject Link(string path) => new() { ["@odata.id"] = path };
}
