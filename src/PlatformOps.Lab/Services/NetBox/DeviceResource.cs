using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.NetBox;

/// <summary><c>/dcim/devices/</c>: filters, reading, and the checks of a change.</summary>
internal sealed class DeviceResource(LabContext lab, NetBoxVersion version, NetBoxRows rows)
{
    private NetBoxData Data => lab.World.NetBox;

    public Answer List(LabCall call)
    {
        // A choice that does not exist is an error; an unknown filter is not.
        Choices(call, "status", NetBoxRows.Statuses);
        Choices(call, "role", [.. Data.Roles.Select(role => role.Slug)]);
        Choices(call, "site", [.. Data.Sites.Select(site => site.Slug)]);
        Choices(call, "tag", [.. Data.Tags.Select(tag => tag.Slug)]);
        var found = Data.Devices.Where(device => Passes(call, device)).OrderBy(device => device.Name, StringComparer.Ordinal).ThenBy(device => device.Id);
        return NetBoxPage.Of(call, found, device => Row(call, device), rows.Root);
    }

    public Answer Show(LabCall call)
    {
        var device = Find(call);
        return Tagged(Answer.Ok(Row(call, device)), device);
    }

    public Answer Patch(LabCall call)
    {
        var device = Find(call);
        if (version.AtLeast(4, 6) && call.Header("If-Match") is { } wanted && wanted != "*" && !wanted.Split(',').Any(tag => tag.Trim() == ETag(device)))
            throw new Refusal(Tagged(NetBoxErrors.Detail(412, "Precondition failed: the object has been modified since it was retrieved."), device));
        Apply(call, device, call.Json as JsonObject ?? throw NotJson());
        return Tagged(Answer.Ok(Row(call, device)), device);
    }

    /// <summary>A list of objects, each with its id.</summary>
    public Answer PatchMany(LabCall call)
    {
        var items = call.Json as JsonArray ?? throw NotJson();
        var devices = items.Select(item => Data.Devices.Find(device => device.Id.ToString(CultureInfo.InvariantCulture) == item.Text("id"))
            ?? throw NetBoxErrors.Field("id", $"Object not found: {item.Text("id")}")).ToList();
        for (var i = 0; i < devices.Count; i++)
            Apply(call, devices[i], (JsonObject)items[i]!);
        return Answer.Ok(JsonText.Array(devices.Select(device => Row(call, device))));
    }

    public Device Find(LabCall call) => Data.Devices.Find(device => device.Id.ToString(CultureInfo.InvariantCulture) == call.Route("id"))
        ?? throw NetBoxErrors.NotFound("Device");

    private static Refusal NotJson() => new(NetBoxErrors.Detail(400, "JSON parse error - Expecting value: line 1 column 1 (char 0)"));

    /// <summary>From 4.6: the quoted time of the last change.</summary>
    private static string ETag(Device device) => $"\"{NetBoxRows.Stamp(device.LastUpdated)}\"";

    private static void Choices(LabCall call, string filter, string[] known)
    {
        if (call.Queries(filter).FirstOrDefault(value => !known.Contains(value)) is { } odd)
            throw NetBoxErrors.Field(filter, $"Select a valid choice. {odd} is not one of the available choices.");
    }

    private static bool Passes(LabCall call, Device device)
    {
        var name = device.Name ?? "";
        return NetBoxPage.Wants(call, "name", name)
            && Any("name__ie", one => name.Equals(one, OrdinalIgnoreCase))
            && Any("name__ic", one => name.Contains(one, OrdinalIgnoreCase))
            && Any("name__isw", one => name.StartsWith(one, OrdinalIgnoreCase))
            && Any("name__iew", one => name.EndsWith(one, OrdinalIgnoreCase))
            && Any("q", one => name.Contains(one, OrdinalIgnoreCase) || device.Serial.Contains(one, OrdinalIgnoreCase))
            && NetBoxPage.Wants(call, "id", device.Id.ToString(CultureInfo.InvariantCulture))
            && NetBoxPage.Wants(call, "status", device.Status)
            && NetBoxPage.Wants(call, "role", device.Role.Slug)
            && NetBoxPage.Wants(call, "role_id", device.Role.Id.ToString(CultureInfo.InvariantCulture))
            && NetBoxPage.Wants(call, "site", device.Site.Slug)
            && NetBoxPage.Wants(call, "site_id", device.Site.Id.ToString(CultureInfo.InvariantCulture))
            && NetBoxPage.Wants(call, "device_type", device.Type.Slug)
            && NetBoxPage.Wants(call, "device_type_id", device.Type.Id.ToString(CultureInfo.InvariantCulture))
            && NetBoxPage.Wants(call, "manufacturer", device.Type.Parent?.Slug)
            && NetBoxPage.Wants(call, "serial", device.Serial, ignoreCase: true)
            && NetBoxPage.Wants(call, "asset_tag", device.AssetTag)
            // Several tags narrow, where several values of another filter widen.
            && call.Queries("tag").All(slug => device.Tags.Any(tag => tag.Slug == slug))
            && call.Http.Request.Query.Keys.Where(key => key.StartsWith("cf_", Ordinal)).All(key => CustomField(call, key, device));

        bool Any(string filter, Func<string, bool> passes) => call.Queries(filter) is not { Count: > 0 } values || values.Any(passes);
    }

    private static bool CustomField(LabCall call, string key, Device device)
    {
        var field = key[3..];
        if (!device.CustomFields.TryGetPropertyValue(field, out var value))
            return true;
        // The default of text fields is a loose match.
        return call.Queries(key).Any(wanted => value?.ToString().Contains(wanted, OrdinalIgnoreCase) ?? wanted is "null" or "");
    }

    private JsonObject Row(LabCall call, Device device)
    {
        var row = rows.Device(device, call.Query("brief") is "1" or "true" or "True", !call.Queries("exclude").Contains("config_context"));
        if (version.AtLeast(4, 0) && call.Query("fields") is { Length: > 0 } fields)
        {
            var wanted = fields.Split(',');
            foreach (var key in row.Select(pair => pair.Key).Where(key => !wanted.Contains(key)).ToList())
                row.Remove(key);
        }

        return row;
    }

    private Answer Tagged(Answer answer, Device device) => version.AtLeast(4, 6) ? answer.With("ETag", ETag(device)) : answer;

    private void Apply(LabCall call, Device device, JsonObject body)
    {
        // All checks come before the first change: a refused request leaves everything as it was.
        List<Action> changes = [];
        foreach (var (field, value) in body)
        {
            switch (field)
            {
                case "status":
                    var status = (value is JsonObject ? value.Text("value") : value?.ToString()) ?? throw NetBoxErrors.Field(field, "This field may not be null.");
                    if (!NetBoxRows.Statuses.Contains(status))
                        throw NetBoxErrors.Field(field, $"{status} is not a valid choice.");
                    changes.Add(() => device.Status = status);
                    break;
                case "role" when version.AtLeast(3, 6):
                case "device_role" when !version.AtLeast(4, 0):
                    var role = Related(field, value, Data.Roles);
                    changes.Add(() => device.Role = role);
                    break;
                case "platform":
                    var platform = value is null ? null : Related(field, value, Data.Platforms);
                    changes.Add(() => device.Platform = platform);
                    break;
                case "site":
                    var site = Related(field, value, Data.Sites);
                    changes.Add(() => device.Site = site);
                    break;
                case "name":
                    var name = Bounded(field, value, 64);
                    changes.Add(() => device.Name = name);
                    break;
                case "serial":
                    var serial = Bounded(field, value, 50) ?? throw NetBoxErrors.Field(field, "This field may not be null.");
                    changes.Add(() => device.Serial = serial);
                    break;
                case "asset_tag":
                    var asset = Bounded(field, value, 50);
                    changes.Add(() => device.AssetTag = asset);
                    break;
                case "description":
                    var description = Bounded(field, value, 200) ?? "";
                    changes.Add(() => device.Description = description);
                    break;
                case "comments":
                    var comments = value?.ToString() ?? "";
                    changes.Add(() => device.Comments = comments);
                    break;
                case "tags":
                    var tags = (value as JsonArray ?? throw NetBoxErrors.Field(field, "Expected a list of items but got type \"str\".")).Select(tag => Related(field, tag, Data.Tags)).ToList();
                    changes.Add(() => device.Tags = tags);
                    break;
                case "oob_ip" when version.AtLeast(3, 6):
                    var address = value is null ? (int?)null : Data.Addresses.Find(known => known.Id.ToString(CultureInfo.InvariantCulture) == (value is JsonObject ? value.Text("id") : value.ToString()))?.Id
                        ?? throw NetBoxErrors.Related(field, value);
                    changes.Add(() => device.OutOfBandAddress = address);
                    break;
                case "custom_fields":
                    foreach (var (key, setting) in value as JsonObject ?? throw NetBoxErrors.Field(field, "Invalid data. Expected a dictionary."))
                    {
                        CheckCustomField(key, setting);
                        changes.Add(() => device.CustomFields[key] = setting?.DeepClone());
                    }

                    break;
            }
        }

        foreach (var change in changes)
            change();
        // The time is the version of the object: it never stands still, even when two changes fall into one tick.
        var now = lab.Clock.Now;
        device.LastUpdated = now > device.LastUpdated ? now : device.LastUpdated.AddMicroseconds(1);
        device.Revision++;
        call.Wrote(device.Name ?? device.Id.ToString(CultureInfo.InvariantCulture), body.ToJsonString(JsonText.Options));
    }

    private void CheckCustomField(string key, JsonNode? value)
    {
        if (!Data.CustomFields.TryGetValue(key, out var type))
            throw NetBoxErrors.Field("__all__", $"Unknown field name '{key}' in custom field data.");
        if (value is not null && type == "integer" && !long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw NetBoxErrors.Field("__all__", $"Invalid value for custom field '{key}': Value must be an integer.");
        if (value is not null && type == "text" && value.GetValueKind() != System.Text.Json.JsonValueKind.String)
            throw NetBoxErrors.Field("__all__", $"Invalid value for custom field '{key}': Value must be a string.");
        if (value is not null && type == "date" && !DateOnly.TryParseExact(value.ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            throw NetBoxErrors.Field("__all__", $"Invalid value for custom field '{key}': Date values must be in ISO 8601 format (YYYY-MM-DD).");
    }

    private static string? Bounded(string field, JsonNode? value, int max)
    {
        var text = value?.ToString();
        return text?.Length > max ? throw NetBoxErrors.Field(field, $"Ensure this field has no more than {max} characters.") : text;
    }

    private static NetBoxObject Related(string field, JsonNode? given, List<NetBoxObject> shelf) => given switch
    {
        null => throw NetBoxErrors.Field(field, "This field may not be null."),
        JsonObject attributes => shelf.Find(item => attributes.All(pair => pair.Key switch
        {
            "id" => item.Id.ToString(CultureInfo.InvariantCulture) == pair.Value?.ToString(),
            "slug" => item.Slug == pair.Value?.ToString(),
            "name" => item.Name == pair.Value?.ToString(),
            _ => true,
        })) ?? throw NetBoxErrors.Related(field, given),
        _ => int.TryParse(given.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? shelf.Find(item => item.Id == id) ?? throw NetBoxErrors.Related(field, given)
            : throw NetBoxErrors.Field(field, $"Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: {given}"),
    };
}
