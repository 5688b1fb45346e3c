namespace PlatformOps.Core.Services.OpenStack;

/// <summary>A token with what Keystone said beside it.</summary>
internal sealed class KeystoneToken
{
    public required string Value { get; init; }

    public required TokenBody Body { get; init; }

    /// <summary>The clock's timestamp when it came.</summary>
    public required long Obtained { get; init; }

    /// <summary>How long after that it is used. Counted by Keystone's own clock, so that a jump or a difference of ours does not matter.</summary>
    public required TimeSpan UseFor { get; init; }

    public override string ToString() => "(token)";
}

internal sealed record TokenAnswer(TokenBody Token);

internal sealed record TokenBody
{
    public TokenName? User { get; init; }

    public TokenName? Project { get; init; }

    public TokenName? Domain { get; init; }

    public IReadOnlyDictionary<string, bool>? System { get; init; }

    public IReadOnlyList<TokenName> Roles { get; init; } = [];

    public IReadOnlyList<CatalogEntry> Catalog { get; init; } = [];

    public DateTimeOffset IssuedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed record TokenName(string? Id, string? Name)
{
    public TokenName? Domain { get; init; }
}

internal sealed record CatalogEntry(string? Type, string? Name)
{
    public IReadOnlyList<CatalogEndpoint> Endpoints { get; init; } = [];
}

internal sealed record CatalogEndpoint(string? Interface, string? Region, string? RegionId, string? Url);
