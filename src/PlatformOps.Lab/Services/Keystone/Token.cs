using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Keystone;

/// <summary>An issued token. Without a scope it has no roles.</summary>
internal sealed record Token(string Id, User User, string Method, Project? Project, string? OtherScope, string[] Roles, DateTimeOffset Issued, DateTimeOffset Expires)
{
    public bool IsAdmin => Roles.Contains("admin");
}
