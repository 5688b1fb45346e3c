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

    internal required string What { get; init; }

    internal required Func<HttpAnswer, HttpFault> ReadFault { get; init; }

    /// <summary>What the service says went wrong, free of secrets.</summary>
    public HttpFault Fault => field ??= ReadFault(this);

    /// <summary>The body as JSON; undefined where there is none.</summary>
    public JsonElement Json { get; internal set; }

    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? ContentType => Header("Content-Type") is { } type ? type.Split(';')[0].Trim().ToLowerInvariant() : null;

    /// <summary>The body as text, bad UTF-8 replaced.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The request's id as the service logs it.</summary>
    public string? RequestId => Header("x-openstack-request-id") ?? Header("X-Request-Id") ?? Header("X-AREQUESTID") ?? Header("Atl-Request-Id");

    /// <summary>The body as <typeparamref name="T"/>.</summary>
    /// <exception cref="ServiceException">It is not what the service's interface promises.</exception>
    public T Read<T>(JsonSerializerOptions options)
    {
        try
        {
            return (Json.ValueKind == JsonValueKind.Undefined ? default : Json.Deserialize<T>(options)) ?? throw Unexpected("nothing");
        }
        catch (JsonException e)
        {
            throw Unexpected($"JSON of another shape ({ServerText.Clean(e.Message, 200)})", e);
        }
    }

    /// <summary>An error that says that the answer is not what was asked for.</summary>
    public ServiceException Unexpected(string gotInstead, Exception? inner = null) => new(
        Service, string.Create(CultureInfo.InvariantCulture, $"Could not {What}: {Url} answered {Status} with {gotInstead}."), Status, inner);
}
