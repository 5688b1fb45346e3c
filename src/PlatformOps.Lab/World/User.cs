namespace PlatformOps.Lab.World;

/// <summary>A Keystone user: on which projects it has which roles.</summary>
internal sealed record User(string Id, string Name, string Password, string Email)
{
    /// <summary>Project id → role names; the key <c>system</c> is the system scope, <c>domain</c> the default domain.</summary>
    public Dictionary<string, string[]> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>A password is not enough: Keystone answers with a receipt.</summary>
    public bool NeedsSecondFactor { get; init; }
}
