using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services;

/// <summary>The names that a target may have in a service, the likeliest first.</summary>
internal static class HostNames
{
    public static Func<string, IReadOnlyList<string>> Of(OpsConfiguration configuration, string service) => target =>
    {
        _ = (configuration, service);
        var label = target.Split('.')[0];
        return label == target ? [target] : [target, label];
    };
}
