namespace PlatformOps.Core.Configuration;

/// <summary>Paths as people write them in files.</summary>
internal static class LocalPath
{
    /// <summary>The full path; <c>~</c> is the home folder.</summary>
    public static string Expand(string path, string baseFolder, string homeFolder)
    {
        if (path == "~")
            return homeFolder;
        if (path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
            return Path.GetFullPath(path[2..], Path.GetFullPath(homeFolder));
        return Path.GetFullPath(path, Path.GetFullPath(baseFolder));
    }
}
