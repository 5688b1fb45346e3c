using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Keystone;

/// <summary>The tokens that are good, for Keystone and the services that trust it.</summary>
internal sealed class TokenVault(LabContext lab)
{
    private readonly Dictionary<string, Token> _tokens = new(StringComparer.Ordinal);
    private int _last;

    public Token Issue(User user, string method, Project? project, string? otherScope, string[] roles, DateTimeOffset? notAfter)
    {
        var now = lab.Clock.Now;
        var expires = now + lab.Options.TokenLifetime;
        if (notAfter < expires)
            expires = notAfter.Value;
        // Shaped like a Fernet token; its number keeps it unique.
        var id = $"gAAAAAB{Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_')}{Guid.NewGuid():N}{++_last}";
        var token = new Token(id, user, method, project, otherScope, roles, now, expires);
        _tokens[id] = token;
        return token;
    }

    public Token? Find(string? id)
    {
        if (id is null || !_tokens.TryGetValue(id, out var token))
            return null;
        if (token.Expires > lab.Clock.Now)
            return token;
        _tokens.Remove(id);
        return null;
    }

    public bool Revoke(string? id) => id is not null && _tokens.Remove(id);

    /// <summary>The caller of a service behind keystonemiddleware.</summary>
    public Token Require(LabCall call)
    {
        var token = Find(call.Header("X-Auth-Token")) ?? throw new Refusal(Unauthorized());
        call.Caller = token;
        return token;
    }

    public Answer Expire(LabCall call)
    {
        Revoke(call.Header("X-Auth-Token"));
        return Unauthorized();
    }

    public Answer Unauthorized() => Answer.Json(401, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = 401,
            ["title"] = "Unauthorized",
            ["message"] = "The request you have made requires authentication.",
        },
    }).With("WWW-Authenticate", $"Keystone uri=\"{lab.Address}identity\"");
}
