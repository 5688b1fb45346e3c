using System.Text.Json;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>Reads bodies as the framework in front of Alertmanager does (go-openapi over api/v2/openapi.yaml): types first, then what is required, in the order of the names.</summary>
internal static class PostBody
{
    // What decoding into the models calls them in its errors.
    private const string SilenceStruct = "struct { ID string \"json:\\\"id,omitempty\\\"\" }";

    /// <summary>A silence as it was sent; the id is empty where none was.</summary>
    public sealed record Silence(string Id, IReadOnlyList<LabelMatcher> Matchers, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string CreatedBy, string Comment, IReadOnlyDictionary<string, string> Annotations);

    public sealed record Alert(SortedDictionary<string, string> Labels, SortedDictionary<string, string> Annotations, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, string? GeneratorUrl);

    public static Silence ReadSilence(LabCall call, AlertmanagerVersion version)
    {
        var body = Read(call, "silence") switch
        {
            JsonObject given => given,
            null => [],
            var other => throw AlertmanagerErrors.Unreadable("silence", $"json: cannot unmarshal {KindOf(other)} into Go value of type {SilenceStruct}"),
        };
        var id = Text(body, "id", ".") ?? "";
        var comment = Text(body, "comment", "Silence.");
        var createdBy = Text(body, "createdBy", "Silence.");
        var endsAt = Time("silence", Text(body, "endsAt", "Silence."), version);
        var startsAt = Time("silence", Text(body, "startsAt", "Silence."), version);
        var matchers = body["matchers"] switch
        {
            null => null,
            JsonArray items => items.Select(item => item as JsonObject ?? []).ToList(),
            var other => throw AlertmanagerErrors.Unreadable("silence", $"json: cannot unmarshal {KindOf(other)} into Go struct field Silence.matchers of type models.Matchers"),
        };
        Require(comment, "comment");
        Require(createdBy, "createdBy");
        Require(endsAt, "endsAt");
        Require(matchers, "matchers");
        if (matchers!.Count == 0)
            throw AlertmanagerErrors.Invalid(612, "matchers in body should have at least 1 items");
        for (var i = 0; i < matchers.Count; i++)
        {
            foreach (var name in new[] { "isRegex", "name", "value" })
                Require(matchers[i][name], $"matchers.{i}.{name}");
        }

        Require(startsAt, "startsAt");
        return new Silence(
            id,
            [.. matchers.Select(matcher => new LabelMatcher(matcher.Text("name")!, matcher.Text("value")!, matcher.Text("isRegex") == "true", matcher.Text("isEqual") != "false"))],
            startsAt!.Value, endsAt!.Value, createdBy!, comment!,
            Texts(body["annotations"]));
    }

    public static IReadOnlyList<Alert> ReadAlerts(LabCall call, AlertmanagerVersion version)
    {
        var items = Read(call, "alerts") switch
        {
            JsonArray given => given,
            null => [],
            var other => throw AlertmanagerErrors.Unreadable("alerts", $"json: cannot unmarshal {KindOf(other)} into Go value of type models.PostableAlerts"),
        };
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Text("generatorURL") is { Length: > 0 } url && !Uri.TryCreate(url, UriKind.Absolute, out _))
                throw AlertmanagerErrors.Invalid(601, $"{i}.generatorURL in body must be of type uri: \"{url}\"");
            Require(items[i].Part("labels"), $"{i}.labels");
        }

        return [.. items.Select(item => new Alert(
            Texts(item.Part("labels")), Texts(item.Part("annotations")),
            TimeOf(item, "startsAt"), TimeOf(item, "endsAt"), item.Text("generatorURL")))];

        // Go's zero time is no time: amtool sends it.
        DateTimeOffset? TimeOf(JsonNode? item, string name) => Time("alerts", item.Text(name), version) is { Year: > 1 } time ? time : null;
    }

    private static JsonNode? Read(LabCall call, string what)
    {
        var type = call.Http.Request.ContentType?.Split(';')[0].Trim() ?? "application/octet-stream";
        if (!type.Equals("application/json", OrdinalIgnoreCase))
            throw new Refusal(AlertmanagerErrors.Framework(415, 415, $"unsupported media type \"{type}\", only [application/json] are allowed"));
        if (call.Body.Length == 0)
            throw AlertmanagerErrors.Invalid(602, $"{what} in body is required");
        if (call.Json is { } body)
            return body;
        return Encoding.UTF8.GetString(call.Body).Trim() == "null" ? null : throw AlertmanagerErrors.Unreadable(what, $"invalid character '{(char)call.Body[0]}' looking for beginning of value");
    }

    private static void Require(object? value, string name)
    {
        if (value is null)
            throw AlertmanagerErrors.Invalid(602, $"{name} in body is required");
    }

    private static string? Text(JsonObject body, string name, string of) => body[name] switch
    {
        null => null,
        { } value when value.GetValueKind() == JsonValueKind.String => value.ToString(),
        var other => throw AlertmanagerErrors.Unreadable("silence", $"json: cannot unmarshal {KindOf(other)} into Go struct field {of}{name} of type string"),
    };

    private static SortedDictionary<string, string> Texts(JsonNode? node)
        => new((node as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? ""), StringComparer.Ordinal);

    /// <summary>RFC 3339, a blank instead of the T or no offset tolerated; an empty text is the beginning of time as Unix counts it.</summary>
    private static DateTimeOffset? Time(string what, string? text, AlertmanagerVersion version)
    {
        if (text is null)
            return null;
        if (text.Length == 0)
            return DateTimeOffset.UnixEpoch;
        string[] layouts = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK"];
        return DateTimeOffset.TryParseExact(text, layouts, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw AlertmanagerErrors.Unreadable(what, $"parsing time \"{text}\" as \"2006-01-02{(version.TellsMuting ? "" : " 15:04:05")}\": cannot parse \"{text}\" as \"2006\"");
    }

    private static string KindOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };
}
