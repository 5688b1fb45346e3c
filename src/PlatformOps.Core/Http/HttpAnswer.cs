using System.Globalization;
using System.Text;
using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>What came back, read to its end.</summary>
internal sealed class HttpAnswer
{
    public required int Status { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Where it came from, without secrets.</summary>
    public required string Url { get; init; }

    internal required string Service { get; init; }

    /// <summary>What it answers.</summary>
    internal required HttpCall Call { get; init; }

    internal required Func<HttpAnswer, HttpFault> ReadFault { get; init; }

    /// <summary>What the service says went wrong, free of secrets.</summary>
    public HttpFault Fault => field ??= ReadFault(this);

    /// <summary>The body as JSON; undefined where there is none.</summary>
    public JsonElement Json { get; internal set; }

    /// <summary>Why a body that is well-formed JSON is not read; null where it is, or is none.</summary>
    internal string? WhyNotJson { get; set; }

    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? ContentType => Header("Content-Type") is { } type ? type.Split(';')[0].Trim().ToLowerInvariant() : null;

    /// <summary>The body as text, bad UTF-8 replaced.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>As much of the body, as text, as anybody is told of it.</summary>
    public string Beginning => Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, 16 * 1024)]);

    /// <summary>The request's id as the service logs it.</summary>
    public string? RequestId => Header("x-openstack-request-id") ?? Header("X-Request-Id") ?? Header("X-AREQUESTID") ?? Header("Atl-Request-Id");

    /// <summary>The body as <typeparamref name="T"/>.</summary>
    /// <exception cref="ServiceException">It is not what the service's interface promises.</exception>
    /// <exception cref="OutcomeUnknownException">Nor is it, and the call changed something.</exception>
    public T Read<T>(JsonSerializerOptions options)
    {
        try
        {
            var read = (Json.ValueKind == JsonValueKind.Undefined ? default : Json.Deserialize<T>(options)) ?? throw Unexpected("nothing");
            PromisedProperties.CheckItems(read);
            return read;
        }
        catch (JsonException e)
        {
            throw Unexpected($"JSON of another shape ({ServerText.Clean(e.Message, 200)})", e);
        }
    }

    /// <summary>An error that says that the answer is not what was asked for. What was sent and accepted has happened all the same, however it was told.</summary>
    public OpsException Unexpected(string gotInstead, Exception? inner = null)
    {
        var answered = string.Create(CultureInfo.InvariantCulture, $"{Service} ({Call.Method} {Url}) answered {Status} with {gotInstead}.");
        return !Call.Reads && IsSuccess
            ? new OutcomeUnknownException($"It is not known whether this happened: {Call.What}. {answered} Look at the present state before doing it again.", inner)
            : new ServiceException(Service, $"Could not {Call.What}: {answered} Is the URL in the configuration the one of the API, and its version one that is known here?", Status, inner);
    }
}
