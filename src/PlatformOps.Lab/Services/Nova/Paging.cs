using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Nova;

/// <summary>Nova's limit and marker, with the link to the next page.</summary>
internal static class Paging
{
    private const int MaxLimit = 1000;

    public static (List<T> Page, JsonArray? Links) Page<T>(LabCall call, string address, IReadOnlyList<T> all, Func<T, string> idOf)
    {
        var limit = MaxLimit;
        if (call.Query("limit") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out limit) || limit < 0)
                throw NovaErrors.Bad($"Invalid input for query parameters limit. Value: {text}. '{text}' does not match '^[0-9]*$'");
            limit = Math.Min(limit, MaxLimit);
        }

        var start = 0;
        if (call.Query("marker") is { } marker)
        {
            start = all.Select((item, i) => (Id: idOf(item), i)).Where(pair => pair.Id == marker).Select(pair => pair.i + 1).FirstOrDefault();
            if (start == 0)
                throw NovaErrors.Bad($"marker [{marker}] not found");
        }

        var page = all.Skip(start).Take(limit).ToList();
        if (page.Count == 0 || page.Count < limit)
            return (page, null);

        // Like Nova: a full page always has a next link, even when nothing follows.
        var query = call.Http.Request.Query.Where(pair => pair.Key != "marker")
            .SelectMany(pair => pair.Value, (pair, value) => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}")
            .Append($"marker={Uri.EscapeDataString(idOf(page[^1]))}");
        return (page, new JsonArray(new JsonObject { ["rel"] = "next", ["href"] = $"{address}?{string.Join('&', query)}" }));
    }
}
