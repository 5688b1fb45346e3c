using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The storage profiles: built in and the site's.</summary>
public sealed class StorageProfileCompleter : LiveCompleter
{
    private protected override Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        var profiles = new StorageProfiles(session.Get<HostsConfiguration>());
        return Task.FromResult<IReadOnlyList<CompletionName>>([.. profiles.Names.Select(name => new CompletionName(name, $"{profiles.ByName(name).Profile.Disks} at {profiles.ByName(name).Profile.MountPoint}"))]);
    }
}
