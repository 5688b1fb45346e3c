using System.Text.Json;

namespace PlatformOps.Core.Http;

/// <summary>What a service says went wrong.</summary>
/// <param name="Text">In its words.</param>
/// <param name="Code">Its own name for the fault, if it gave one.</param>
internal sealed record HttpFault(string Text, string? Code = null)
{
    /// <summary>Reads the usual shapes: OpenStack's <c>{"fault":{code,message}}</c> and <c>{"errors":[{title,detail,code}]}</c>, Django's <c>{"detail"}</c> and field lists, Jira's <c>{errorMessages,errors}</c>, Prometheus's <c>{errorType,error}</c>, Alertmanager's plain string.</summary>
    public static HttpFault Of(HttpAnswer answer)
    {
        var json = answer.Json;
        if (json.ValueKind == JsonValueKind.String)
            return new HttpFault(ServerText.Clean(json.GetString()));
        if (json.ValueKind != JsonValueKind.Object)
            return new HttpFault(ServerText.OfBody(answer));

        if (json.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
        {
            var first = errors.EnumerateArray().FirstOrDefault(error => error.ValueKind == JsonValueKind.Object);
            if (first.ValueKind == JsonValueKind.Object)
                return new HttpFault(ServerText.Clean(String(first, "detail") ?? String(first, "title") ?? String(first, "message") ?? first.GetRawText()), String(first, "code"));
        }

        if (json.TryGetProperty("errorMessages", out var messages) && messages.ValueKind == JsonValueKind.Array)
        {
            var parts = messages.EnumerateArray().Where(message => message.ValueKind == JsonValueKind.String).Select(message => message.GetString()!).ToList();
            if (json.TryGetProperty("errors", out var fields) && fields.ValueKind == JsonValueKind.Object)
                parts.AddRange(fields.EnumerateObject().Select(field => $"{field.Name}: {(field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : field.Value.GetRawText())}"));
            return new HttpFault(ServerText.Clean(string.Join("; ", parts)));
        }

        if (json.EnumerateObject().ToList() is [{ Value.ValueKind: JsonValueKind.Object } fault] && String(fault.Value, "message") is { } text)
            return new HttpFault(ServerText.Clean(text), fault.Name == "error" ? String(fault.Value, "title") : fault.Name);

        return new HttpFault(ServerText.Clean(String(json, "detail") ?? String(json, "message") ?? String(json, "error") ?? json.GetRawText()), String(json, "errorType"));
    }

    private static string? String(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
