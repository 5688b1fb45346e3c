using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>Answers with something else in one place of them, for each place; of a list's items the first stands for all.</summary>
internal static class OddJson
{
    // No node holds every number.
    private const string Mark = "(odd)";

    public static bool IsOf(Exchange exchange) => exchange.IsSuccess && exchange.Body.Length > 0 && exchange.Body[0] is (byte)'{' or (byte)'[';

    /// <param name="body">The answer.</param>
    /// <param name="odd">What comes into the place, as JSON.</param>
    public static IEnumerable<(string Place, byte[] Body)> With(string body, string odd)
        => Places(JsonNode.Parse(body)!, []).Select(place => (string.Join('.', place), Bent(body, place, odd)));

    /// <summary>With something more behind each text.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="more">As JSON escapes it.</param>
    public static IEnumerable<byte[]> WithTexts(string body, string more)
        => Places(JsonNode.Parse(body)!, []).Select(place => (place, At(JsonNode.Parse(body)!, place)))
            .Where(one => one.Item2 is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            .Select(one => Bent(body, one.place, $"{one.Item2!.ToJsonString()[..^1]}{more}\""));

    private static byte[] Bent(string body, IReadOnlyList<object> place, string odd)
    {
        if (place.Count == 0)
            return Encoding.UTF8.GetBytes(odd);
        var root = JsonNode.Parse(body)!;
        var parent = At(root, [.. place.SkipLast(1)])!;
        if (place[^1] is int last)
            parent[last] = Mark;
        else
            parent[(string)place[^1]] = Mark;
        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace($"\"{Mark}\"", odd, StringComparison.Ordinal));
    }

    private static JsonNode? At(JsonNode root, IReadOnlyList<object> place)
        => place.Aggregate((JsonNode?)root, (node, step) => step is int index ? node![index] : node![(string)step]);

    private static IEnumerable<IReadOnlyList<object>> Places(JsonNode? node, IReadOnlyList<object> place)
    {
        yield return place;
        var inner = node switch
        {
            JsonObject pairs => pairs.SelectMany(pair => Places(pair.Value, [.. place, pair.Key])),
            JsonArray { Count: > 0 } items => Places(items[0], [.. place, 0]),
            _ => [],
        };
        foreach (var one in inner)
            yield return one;
    }
}
