using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Tells a host that was imported anew, and is still to be installed, from the one that was there before.</summary>
internal static class ImportedHost
{
    /// <summary>Whether a host is in build as it is wanted, and no longer what the record of how it was before tells. What the inventory says by now is not compared: whoever corrected that imports it once more by Reset-AquilonHost.</summary>
    /// <remarks>Told by what is there and by the record, which comes with the dossier: nothing else would be known to whoever goes on elsewhere.</remarks>
    public static bool AwaitsInstallation(ActionContext context, AquilonHost host)
    {
        var wanted = context.Client<AquilonClient>().Configuration;
        return host.BuildStatus is "build" or "install"
            && (wanted.Archetype ?? host.Archetype) == host.Archetype && (wanted.OsName ?? host.OsName) == host.OsName && (wanted.OsVersion ?? host.OsVersion) == host.OsVersion
            && context.Client<AquilonRecordStore>().Original(context.Target.Name) is { } original
            && !Commands(original.Host).SequenceEqual(Commands(host));
    }

    private static IEnumerable<string> Commands(AquilonHost host) => HostAdds.Of(host).Select(add => string.Join(' ', add.Command));
}
