using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.NetBox;

/// <summary>Django REST framework's errors: <c>{"detail":"…"}</c>, or a list of messages per field.</summary>
internal static class NetBoxErrors
{
    public static Answer Detail(int status, string text) => Answer.Json(status, new JsonObject { ["detail"] = text });

    public static Refusal NotFound(string what) => new(Detail(404, $"No {what} matches the given query."));

    public static Refusal Field(string field, string text) => new(Answer.Json(400, new JsonObject { [field] = new JsonArray(text) }));

    public static Refusal Related(string field, JsonNode? given) => Field(field, given is JsonObject attributes
        ? $"Related object not found using the provided attributes: {{{string.Join(", ", attributes.Select(pair => $"'{pair.Key}': '{pair.Value}'"))}}}"
        : $"Related object not found using the provided numeric ID: {given}");
}
