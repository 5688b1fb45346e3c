using System.Text.Json;

namespace PlatformOps.Core.Services.Prometheus;

// Answers as Prometheus's HTTP API sends them.

internal sealed record PrometheusAnswer<T>(string? Status, T? Data, IReadOnlyList<string>? Warnings);

/// <summary>Of an instant query. Each value is a time and a text.</summary>
internal sealed record PrometheusVector(string? ResultType, IReadOnlyList<PrometheusSample>? Result);

internal sealed record PrometheusSample(Dictionary<string, string>? Metric, JsonElement Value);

internal sealed record PrometheusBuild(string? Version);
