using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Nova;

/// <summary>A call with its caller and the microversion (2.x: the x) that it asked for.</summary>
internal sealed record NovaCall(LabCall Call, Token Token, int Version)
{
    public bool IsAdmin => Token.IsAdmin;

    public string Id => Call.Route("id");

    public string? Query(string name) => Call.Query(name);

    public void RequireAdmin(string rule)
    {
        if (!IsAdmin)
            throw NovaErrors.Forbidden(rule);
    }

    /// <summary>A call that exists from or until a microversion is 404 outside of it.</summary>
    public void RequireVersion(int min, int max = int.MaxValue)
    {
        if (Version < min || Version > max)
            throw NovaErrors.NotFound("The resource could not be found.");
    }

    /// <summary>JSON schema of query strings: from 2.75 (some resources earlier) unknown parameters are refused.</summary>
    public void AllowOnly(int fromVersion, params string[] known)
    {
        if (Version >= fromVersion && Call.Http.Request.Query.Keys.FirstOrDefault(key => !known.Contains(key)) is { } odd)
            throw NovaErrors.Bad($"Invalid input for query parameters {odd}. Value: {Query(odd)}. Additional properties are not allowed ('{odd}' was unexpected)");
    }

    public bool Flag(string name) => Query(name) is { } text && bool.TryParse(text is "1" ? "true" : text is "0" ? "false" : text is "" ? "true" : text, out var set) && set;
}
