using System.Management.Automation;
using PlatformOps.Errors;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>PowerShell's paths (drives, <c>~</c>, the runspace's own location) as paths of the file system.</summary>
internal static class PathResolution
{
    /// <summary>The full path of a file that need not exist. Wildcards are taken as they are. Pipeline thread only.</summary>
    public static string FilePath(this PSCmdlet cmdlet, string path)
    {
        var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem"
            ? full
            : throw new SourceException($"'{path}' is not a path of the file system but of {provider.Name}.", path);
    }
}
