using System.Text.Json.Serialization;

namespace PlatformOps.Core.Services.Redfish;

// Resources as a Redfish service sends them (DMTF DSP0266 and DSP2046): as much of them as is used.

internal sealed record RedfishLink
{
    [JsonPropertyName("@odata.id")]
    public string? Id { get; init; }
}

/// <summary>What a controller says of itself before anybody has logged in.</summary>
internal sealed record RedfishRoot
{
    public string? RedfishVersion { get; init; }

    public string? Vendor { get; init; }

    public string? Product { get; init; }

    public RedfishLink? Systems { get; init; }

    public RedfishRootLinks? Links { get; init; }
}

internal sealed record RedfishRootLinks
{
    public RedfishLink? Sessions { get; init; }
}

internal sealed record RedfishCollection
{
    public IReadOnlyList<RedfishLink>? Members { get; init; }

    [JsonPropertyName("Members@odata.nextLink")]
    public string? Next { get; init; }
}

internal sealed record RedfishSystem
{
    [JsonPropertyName("@odata.id")]
    public string? Path { get; init; }

    [JsonPropertyName("@odata.etag")]
    public string? ETag { get; init; }

    public string? Id { get; init; }

    public string? SerialNumber { get; init; }

    [JsonPropertyName("SKU")]
    public string? Sku { get; init; }

    [JsonPropertyName("UUID")]
    public string? Uuid { get; init; }

    public string? Manufacturer { get; init; }

    public string? Model { get; init; }

    public string? HostName { get; init; }

    public string? BiosVersion { get; init; }

    public string? PowerState { get; init; }

    public RedfishStatus? Status { get; init; }

    public RedfishBoot? Boot { get; init; }

    /// <summary>From ComputerSystem 1.13.</summary>
    public RedfishBootProgress? BootProgress { get; init; }

    /// <summary>From ComputerSystem 1.12; a text, because controllers with an unset clock send what is no time.</summary>
    public string? LastResetTime { get; init; }

    public RedfishActions? Actions { get; init; }

    [JsonPropertyName("@Redfish.Settings")]
    public RedfishSettings? Settings { get; init; }
}

internal sealed record RedfishStatus
{
    public string? Health { get; init; }

    public string? HealthRollup { get; init; }
}

internal sealed record RedfishBoot
{
    public string? BootSourceOverrideTarget { get; init; }

    public string? BootSourceOverrideEnabled { get; init; }

    public string? BootSourceOverrideMode { get; init; }

    [JsonPropertyName("BootSourceOverrideTarget@Redfish.AllowableValues")]
    public IReadOnlyList<string>? Targets { get; init; }

    public BootOverride Override => new(BootSourceOverrideTarget, BootSourceOverrideEnabled, BootSourceOverrideMode);

    public bool HasOverride => BootSourceOverrideTarget is not null || BootSourceOverrideEnabled is not null;
}

internal sealed record RedfishBootProgress
{
    public string? LastState { get; init; }

    public string? LastStateTime { get; init; }
}

internal sealed record RedfishActions
{
    [JsonPropertyName("#ComputerSystem.Reset")]
    public RedfishReset? Reset { get; init; }
}

internal sealed record RedfishReset
{
    [JsonPropertyName("target")]
    public string? Target { get; init; }

    [JsonPropertyName("ResetType@Redfish.AllowableValues")]
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Where the allowable values are, where they are not here.</summary>
    [JsonPropertyName("@Redfish.ActionInfo")]
    public string? Info { get; init; }
}

internal sealed record RedfishActionInfo
{
    public IReadOnlyList<RedfishParameter>? Parameters { get; init; }
}

internal sealed record RedfishParameter
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? AllowableValues { get; init; }
}

internal sealed record RedfishSettings
{
    public RedfishLink? SettingsObject { get; init; }
}

internal sealed record RedfishError
{
    [JsonPropertyName("error")]
    public RedfishErrorBody? Error { get; init; }
}

internal sealed record RedfishErrorBody
{
    [JsonPropertyName("code")]
    public string? Code { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }

    [JsonPropertyName("@Message.ExtendedInfo")]
    public IReadOnlyList<RedfishMessage>? Messages { get; init; }
}

internal sealed record RedfishMessage
{
    public string? MessageId { get; init; }

    public string? Message { get; init; }
}
