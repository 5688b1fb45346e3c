using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.NetBox;

/// <summary>NetBox's tokens, and its habit of refusing a bad one with 403.</summary>
internal static class NetBoxAuthentication
{
    public static FixedAuthentication Create(SecretStore secrets, Secret token) => new("netbox", "netbox.api-token", async cancellationToken =>
    {
        var value = await secrets.ResolveAsync(token, cancellationToken);
        return new(value.StartsWith("nbt_", StringComparison.Ordinal) ? "Bearer" : "Token", value);
    }, IsRefusal);

    /// <summary>A missing right reads "You do not have permission …"; a bad credential names the token or the credentials.</summary>
    private static bool IsRefusal(HttpAnswer answer)
    {
        if (answer.Status is not (401 or 403))
            return false;
        if (answer.Status == 401)
            return true;
        var text = answer.Fault.Text;
        return text.Contains("token", StringComparison.OrdinalIgnoreCase) || text.Contains("credentials", StringComparison.OrdinalIgnoreCase) || text.Contains("inactive", StringComparison.OrdinalIgnoreCase);
    }
}
