using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PlatformOps.Core.Http;

/// <summary>How bodies are read and written: snake_case unless a property says otherwise, at most 64 levels deep, and nothing null that a record says is not.</summary>
internal static class HttpServiceJson
{
    public static JsonSerializerOptions Snake { get; } = Make(JsonNamingPolicy.SnakeCaseLower);

    public static JsonSerializerOptions Camel { get; } = Make(JsonNamingPolicy.CamelCase);

    /// <summary>Properties are called as they are here.</summary>
    public static JsonSerializerOptions AsIs { get; } = Make(null);

    private static JsonSerializerOptions Make(JsonNamingPolicy? policy) => new()
    {
        PropertyNamingPolicy = policy,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        MaxDepth = 64,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { PromisedProperties.Check } },
    };
}
