using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary><c>/flavors</c>.</summary>
internal sealed class FlavorList(LabContext lab, string root)
{
    /// <summary>How a server shows its flavor from 2.47.</summary>
    public static JsonObject Embedded(Flavor flavor) => new()
    {
        ["vcpus"] = flavor.Vcpus,
        ["ram"] = flavor.RamMiB,
        ["disk"] = flavor.DiskGiB,
        ["ephemeral"] = 0,
        ["swap"] = 0,
        ["original_name"] = flavor.Name,
        ["extra_specs"] = Specs(flavor),
    };

    public Answer List(NovaCall call, bool detail)
    {
        var (page, links) = Paging.Page(call.Call, root + (detail ? "/flavors/detail" : "/flavors"), lab.World.Flavors, flavor => flavor.Id);
        var body = new JsonObject { ["flavors"] = JsonText.Array(page.Select(flavor => Row(flavor, call.Version, detail))) };
        if (links is not null && call.Query("limit") is not null)
            body["flavors_links"] = links;
        return Answer.Ok(body);
    }

    public Answer Show(NovaCall call) => Answer.Ok(new JsonObject { ["flavor"] = Row(Find(call), call.Version, detail: true) });

    public Answer ExtraSpecs(NovaCall call) => Answer.Ok(new JsonObject { ["extra_specs"] = Specs(Find(call)) });

    private static JsonObject Specs(Flavor flavor) => new(flavor.ExtraSpecs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private Flavor Find(NovaCall call) => lab.World.Flavors.Find(flavor => flavor.Id == call.Id)
        ?? throw NovaErrors.NotFound($"Flavor {call.Id} could not be found.");

    private JsonObject Row(Flavor flavor, int version, bool detail)
    {
        var row = new JsonObject
        {
            ["id"] = flavor.Id,
            ["name"] = flavor.Name,
            ["links"] = new JsonArray(
                new JsonObject { ["rel"] = "self", ["href"] = $"{root}/flavors/{flavor.Id}" },
                new JsonObject { ["rel"] = "bookmark", ["href"] = $"{lab.Address}compute/flavors/{flavor.Id}" }),
        };
        if (detail)
        {
            row["ram"] = flavor.RamMiB;
            row["disk"] = flavor.DiskGiB;
            row["vcpus"] = flavor.Vcpus;
            // An empty string until 2.74 when there is none.
            row["swap"] = version >= 75 ? 0 : "";
            row["OS-FLV-EXT-DATA:ephemeral"] = 0;
            row["OS-FLV-DISABLED:disabled"] = false;
            row["os-flavor-access:is_public"] = true;
            row["rxtx_factor"] = 1.0;
            if (version >= 61)
                row["extra_specs"] = Specs(flavor);
        }

        if (version >= 55)
            row["description"] = null;
        return row;
    }
}
