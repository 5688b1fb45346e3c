using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>The <c>openstack:</c> section: who we are to Keystone, and where.</summary>
[Section("openstack")]
internal sealed record OpenStackConfiguration
{
    /// <summary>A cloud of clouds.yaml; what stands beside it here wins.</summary>
    public string? Cloud { get; init; }

    /// <summary>Keystone, with or without <c>/v3</c>.</summary>
    public Uri? AuthUrl { get; init; }

    public string? Username { get; init; }

    public string? UserId { get; init; }

    public Secret? Password { get; init; }

    /// <summary>The user's domain by name; <c>Default</c> where neither it nor the id is given.</summary>
    public string? UserDomain { get; init; }

    public string? UserDomainId { get; init; }

    /// <summary>The project to work in, by name or id.</summary>
    public string? Project { get; init; }

    public string? ProjectId { get; init; }

    public string? ProjectDomain { get; init; }

    public string? ProjectDomainId { get; init; }

    /// <summary>Works in a domain instead of a project.</summary>
    public string? Domain { get; init; }

    public string? DomainId { get; init; }

    /// <summary>Works in the whole system instead of a project.</summary>
    public bool SystemScope { get; init; }

    /// <summary>An application credential by id, or by name together with the user.</summary>
    public string? ApplicationCredentialId { get; init; }

    public string? ApplicationCredentialName { get; init; }

    public Secret? ApplicationCredentialSecret { get; init; }

    /// <summary>A token to start from, instead of a password.</summary>
    public Secret? Token { get; init; }

    /// <summary>The region; needed where the catalog has several.</summary>
    public string? Region { get; init; }

    /// <summary>Which of the catalog's endpoints: <c>public</c>, <c>internal</c> or <c>admin</c>.</summary>
    public string? Interface { get; init; }

    /// <summary>Endpoints that win over the catalog's, by service type, such as <c>compute</c>.</summary>
    public IReadOnlyDictionary<string, Uri> Endpoints { get; init; } = new Dictionary<string, Uri>();

    /// <summary>How to reach it, instead of the file's <c>http:</c>.</summary>
    public HttpSettings? Http { get; init; }
}
