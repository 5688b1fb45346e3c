using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlatformOps.Lab.Wire;

internal static class JsonText
{
    /// <summary>The services emulated here do not escape non-ASCII or HTML characters.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);

    public static JsonArray Strings(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode?)item)]);

    public static string? Text(this JsonNode? node, string name) => (node as JsonObject)?[name] is JsonValue value
        ? value.TryGetValue(out string? text) ? text : value.ToJsonString()
        : null;

    public static JsonNode? Part(this JsonNode? node, string name) => (node as JsonObject)?[name];

    public static bool Has(this JsonNode? node, string name) => node is JsonObject found && found.ContainsKey(name);
}
