using System.Globalization;
using System.Text.Json;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>One service of a cloud at its endpoint: found in the catalog and, where it has microversions, asked for them when first used.</summary>
#pragma warning disable CA1001 // The pipeline lives as long as the session; a semaphore without a wait handle holds nothing.
internal sealed class CloudEndpoint(KeystoneSession keystone, HttpServiceFactory factory, string type, HttpSettings? settings, bool hasMicroversions = true)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Found? _found;

    /// <summary>The pipeline at the endpoint; null before its first use.</summary>
    public HttpService? Http => _found?.Http;

    /// <summary>Whether the cloud has such a service at all, in our region.</summary>
    public Task<bool> IsOfferedAsync(CancellationToken cancellationToken) => keystone.OffersAsync(type, cancellationToken);

    public async Task<HttpService> HttpAsync(CancellationToken cancellationToken) => (await FindAsync(cancellationToken)).Http;

    /// <summary>The highest microversion it has; null where it has none.</summary>
    public async Task<Microversion?> MaxAsync(CancellationToken cancellationToken) => (await FindAsync(cancellationToken)).Max;

    public async Task<bool> HasAsync(int major, int minor, CancellationToken cancellationToken)
        => await MaxAsync(cancellationToken) >= new Microversion(major, minor);

    /// <summary>Sends a call at a microversion, or without one where null.</summary>
    public async Task<HttpAnswer> SendAsync(HttpCall call, Microversion? version, CancellationToken cancellationToken)
    {
        var (http, min, max) = await FindAsync(cancellationToken);
        if (version is { } wanted)
        {
            if (max is null || max < wanted)
                throw new ServiceException(KeystoneSession.Service, $"Could not {call.What}: it needs {type} API {wanted}, and this cloud has {(max is null ? "no microversions" : $"up to {max}")}.") { FaultCode = "versionNotSupported" };
            var sent = min > wanted ? min.Value : wanted;
            var headers = new Dictionary<string, string>(call.Headers) { ["OpenStack-API-Version"] = $"{type} {sent}" };
            if (type == "compute")
                headers["X-OpenStack-Nova-API-Version"] = sent.ToString();
            call = call with { Headers = headers };
        }

        return await http.SendAsync(call, cancellationToken);
    }

    /// <summary>Reads a list to its last page.</summary>
    /// <param name="parts">A page's rows and its links to other pages.</param>
    public async Task<IReadOnlyList<T>> ListAsync<TPage, T>(HttpCall call, Microversion? version, Func<TPage, (IReadOnlyList<T>? Rows, IReadOnlyList<PageLink>? Links)> parts, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        var guard = new PageGuard(KeystoneSession.Service, call.What);
        for (var next = call; ;)
        {
            var answer = await SendAsync(next, version, cancellationToken);
            var (page, links) = parts(answer.Read<TPage>(HttpServiceJson.Snake));
            rows.AddRange(page ?? throw answer.Unexpected("no list"));
            if (PageLink.NextMarker(links, answer) is not { } marker)
                return rows;
            next = call with { Query = [.. call.Query, ("marker", guard.Next(marker))] };
        }
    }

    private async Task<Found> FindAsync(CancellationToken cancellationToken)
    {
        if (_found is { } found)
            return found;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_found is { } other)
                return other;
            var endpoint = await keystone.EndpointAsync(type, cancellationToken);
            var http = factory.Create(KeystoneSession.Service, endpoint, keystone.Authentication, settings);
            var (min, max, folder) = hasMicroversions ? await DiscoverAsync(http, cancellationToken) : default;
            if (folder is not null)
                http = factory.Create(KeystoneSession.Service, new Uri(http.BaseAddress, folder), keystone.Authentication, settings);
            return _found = new Found(http, min, max);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(Microversion? Min, Microversion? Max, string? Folder)> DiscoverAsync(HttpService http, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(HttpCall.Get(VersionPath(http.BaseAddress), $"ask {type} for its versions") with { Accept = [300] }, cancellationToken);
        var json = answer.Json;
        // {"version": {…}} at /v2.1/, {"versions": [{…}]} at the root (Nova and Placement API reference, "API versions").
        var isList = false;
        var versions = json.ValueKind != JsonValueKind.Object ? []
            : json.TryGetProperty("version", out var one) ? [one]
            : (isList = json.TryGetProperty("versions", out var many) && many.ValueKind == JsonValueKind.Array) ? many.EnumerateArray().ToList()
            : new List<JsonElement>();
        if (versions.Count == 0)
            throw answer.Unexpected($"no versions of {type}: {ServerText.OfBody(answer)}");
        var ranges = versions.Where(version => version.ValueKind == JsonValueKind.Object)
            .Select(version => (
                Min: Microversion.Parse(Text(version, "min_version")),
                Max: Microversion.Parse(Text(version, "version")) ?? Microversion.Parse(Text(version, "max_version")),
                Folder: isList ? Folder(version) : null))
            .Where(range => range.Max is not null)
            .OrderByDescending(range => range.Max!.Value)
            .ToList();
        return ranges.Count == 0 ? (null, null, null) : ranges[0];
    }

    /// <summary>Where below its root a version is: Nova's <c>v2.1/</c>; null for Placement, which is at its root. The link's host may be one that only the cloud knows.</summary>
    private static string? Folder(JsonElement version)
    {
        var self = version.TryGetProperty("links", out var links) && links.ValueKind == JsonValueKind.Array
            ? links.EnumerateArray().Where(link => link.ValueKind == JsonValueKind.Object && Text(link, "rel") == "self").Select(link => Text(link, "href")).FirstOrDefault()
            : null;
        return Text(version, "id") is { Length: > 0 } id && self?.TrimEnd('/').EndsWith("/" + id, StringComparison.Ordinal) == true ? Uri.EscapeDataString(id) + "/" : null;
    }

    /// <summary>The endpoint up to and with its version, without a project behind it; the root where it has no version.</summary>
    private static string VersionPath(Uri endpoint)
    {
        var segments = endpoint.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var version = Array.FindIndex(segments, segment => segment.Length > 1 && segment[0] == 'v' && char.IsAsciiDigit(segment[1]));
        return version < 0 ? endpoint.AbsolutePath : "/" + string.Join('/', segments[..(version + 1)]) + "/";
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{type} at {Http?.BaseAddress.ToString() ?? "an endpoint not asked for yet"}");

    // One reference: targets that read it while another writes it see all of it, or nothing.
    private sealed record Found(HttpService Http, Microversion? Min, Microversion? Max);
}
