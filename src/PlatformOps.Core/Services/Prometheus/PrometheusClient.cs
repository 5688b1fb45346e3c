using System.Globalization;
using System.Text.Json;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Prometheus;

/// <summary>Prometheus: whether a machine is scraped.</summary>
/// <param name="http">At its address.</param>
/// <param name="configuration">The section.</param>
/// <param name="names">The names that a target may have in labels, the likeliest first.</param>
/// <remarks>Prometheus documentation, "HTTP API", "Instant queries"; "Jobs and instances" for the series <c>up</c>.</remarks>
internal sealed class PrometheusClient(HttpService http, PrometheusConfiguration configuration, Func<string, IReadOnlyList<string>> names)
{
    /// <summary>Everything that is scraped of a machine.</summary>
    /// <returns>The targets, and what the service warned about: stores that did not answer, for instance, so that some may be missing.</returns>
    public async Task<(IReadOnlyList<ScrapeTarget> Targets, IReadOnlyList<string> Warnings)> TargetsAsync(string target, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(HttpCall.Get("api/v1/query", $"ask whether {target} is scraped", ("query", QueryOf(target))), cancellationToken);
        var body = answer.Read<PrometheusAnswer<PrometheusVector>>(HttpServiceJson.Camel);
        if (body is not { Status: "success", Data: { ResultType: "vector", Result: { } samples } })
            throw answer.Unexpected("no vector");
        return ([.. samples.Select(sample => Read(answer, sample)).OrderBy(one => one.ToString(), StringComparer.Ordinal)], [.. (body.Warnings ?? []).Select(warning => ServerText.Clean(warning, 200))]);
    }

    /// <summary>Asks for a constant, which tells that queries are answered; and for the version, which not all that speak this API tell.</summary>
    public async Task<ServiceProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        await http.SendAsync(HttpCall.Get("api/v1/query", "ask Prometheus for a constant", ("query", "vector(1)")), cancellationToken);
        var answer = await http.SendAsync(HttpCall.Get("api/v1/status/buildinfo", "read Prometheus's version") with { Accept = [400, 404, 405, 422] }, cancellationToken);
        var version = answer.IsSuccess ? answer.Read<PrometheusAnswer<PrometheusBuild>>(HttpServiceJson.Camel).Data?.Version : null;
        return new ServiceProbe(version is null ? null : ServerText.Clean(version, 40), configuration.Username ?? (configuration.Token is null ? null : "the owner of prometheus.token"), http.BaseAddress.AbsoluteUri);
    }

    /// <summary>The series <c>up</c> of a machine, by each name it may have, with or without a port.</summary>
    internal string QueryOf(string target)
    {
        var escaped = names(target).Select(Re2Text.Escape).ToList();
        var pattern = (escaped is [var only] ? only : $"({string.Join('|', escaped)})") + "(:[0-9]+)?";
        return $"up{{{configuration.Label}=~\"{pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}";
    }

    private ScrapeTarget Read(HttpAnswer answer, PrometheusSample sample)
        => sample is { Metric: { } labels, Value: { ValueKind: JsonValueKind.Array } value } && value.GetArrayLength() == 2 && value[1].ValueKind == JsonValueKind.String
            && double.TryParse(value[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var up)
            ? new ScrapeTarget(ServerText.Clean(labels.GetValueOrDefault("job") ?? "no job", 80), ServerText.Clean(labels.GetValueOrDefault(configuration.Label), 255), up == 1)
            : throw answer.Unexpected("a sample that is none");
}
