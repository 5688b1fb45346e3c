using System.Globalization;

namespace PlatformOps.Core.Http;

/// <summary>One request and what came of it, free of secrets: for the log.</summary>
internal sealed record HttpExchange
{
    public required string Service { get; init; }

    public required string Method { get; init; }

    public required string Url { get; init; }

    /// <summary>The status; 0 where nothing came back.</summary>
    public required int Status { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Counted from 1 within its call.</summary>
    public required int Try { get; init; }

    public string? RequestId { get; init; }

    /// <summary>What went wrong, or was warned about.</summary>
    public string? Remark { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Method} {Url} → {(Status == 0 ? "no answer" : Status)} in {Duration.TotalMilliseconds:F0} ms{(Try > 1 ? $", try {Try}" : "")}{(RequestId is null ? "" : $" ({RequestId})")}{(Remark is null ? "" : $": {Remark}")}");
}
