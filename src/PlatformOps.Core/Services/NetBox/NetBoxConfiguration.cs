using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.NetBox;

/// <summary>The <c>netbox:</c> section.</summary>
[Section("netbox")]
internal sealed record NetBoxConfiguration
{
    /// <summary>The token: of version 1, or of version 2 (<c>nbt_…</c>, from NetBox 4.5).</summary>
    public required Secret ApiToken { get; init; }

    /// <summary>Where NetBox is, without <c>/api</c>.</summary>
    public Uri? Url { get; init; }

    /// <summary>The role of a hypervisor in service, by name or slug: what <c>netbox.device.role</c> sets by default.</summary>
    public string? Role { get; init; }

    /// <summary>The name of the BMC's interface.</summary>
    public string BmcInterface { get; init; } = "bmc0";

    /// <summary>A custom field with the BMC's address, asked after the interfaces.</summary>
    public string? BmcCustomField { get; init; }

    /// <summary>The BMC's DNS name, asked last: <c>{host}</c> is the first label, <c>{domain}</c> the rest; such as <c>{host}-ipmi.{domain}</c>.</summary>
    public string? BmcDnsPattern { get; init; }

    /// <summary>How to reach it, instead of the file's <c>http:</c>.</summary>
    public HttpSettings? Http { get; init; }
}
