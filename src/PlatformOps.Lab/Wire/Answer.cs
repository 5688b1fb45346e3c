namespace PlatformOps.Lab.Wire;

/// <summary>What a service answers, before it is written to the connection.</summary>
internal sealed record Answer(int Status)
{
    public byte[] Body { get; init; } = [];

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static Answer Json(int status, JsonNode? body) => new(status)
    {
        Body = Encoding.UTF8.GetBytes(body?.ToJsonString(JsonText.Options) ?? "null"),
        ContentType = "application/json",
    };

    public static Answer Ok(JsonNode? body) => Json(200, body);

    public static Answer Empty(int status) => new(status);

    public static Answer Html(int status, string html) => new(status)
    {
        Body = Encoding.UTF8.GetBytes(html),
        ContentType = "text/html; charset=utf-8",
    };

    public Answer With(string header, string value) =>
        this with { Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase) { [header] = value } };
}
