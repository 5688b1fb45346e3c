using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.NetBox;

/// <summary>A list answer: <c>count, next, previous, results</c>.</summary>
internal static class NetBoxPage
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    /// <summary>Whether a value passes a filter that may be given several times; an absent filter lets everything pass.</summary>
    public static bool Wants(LabCall call, string filter, string? value, bool ignoreCase = false)
    {
        var wanted = call.Queries(filter);
        return wanted.Count == 0 || wanted.Any(one => string.Equals(one, value, ignoreCase ? OrdinalIgnoreCase : Ordinal));
    }

    public static Answer Of<T>(LabCall call, IEnumerable<T> items, Func<T, JsonObject> row, string apiRoot)
    {
        var all = items.ToList();
        var limit = Number("limit") is { } asked and > 0 ? Math.Min(asked, MaxLimit) : call.Query("limit") == "0" ? MaxLimit : DefaultLimit;
        var offset = Number("offset") ?? 0;
        return Answer.Ok(new JsonObject
        {
            ["count"] = all.Count,
            ["next"] = offset + limit < all.Count ? Link(offset + limit) : null,
            ["previous"] = offset > 0 ? Link(Math.Max(0, offset - limit)) : null,
            ["results"] = JsonText.Array(all.Skip(offset).Take(limit).Select(row)),
        });

        // A value that is no number counts as not given.
        int? Number(string name) => int.TryParse(call.Query(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

        string Link(int start)
        {
            var query = call.Http.Request.Query.Where(pair => pair.Key is not ("limit" or "offset"))
                .SelectMany(pair => pair.Value, (pair, value) => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}")
                .Prepend($"limit={limit}");
            if (start > 0)
                query = query.Append($"offset={start}");
            return $"{apiRoot}{call.ActualName[(call.Method.Length + 2)..]}/?{string.Join('&', query)}";
        }
    }
}
