using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlatformOps.Core.Changes;

/// <summary>How states and parameters of actions are written to the journal.</summary>
internal static class ActionJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        MaxDepth = 64,
    };
}
