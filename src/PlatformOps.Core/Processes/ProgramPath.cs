namespace PlatformOps.Core.Processes;

/// <summary>Finds a program as a shell would, but never in the working directory or beside our own executable, where .NET looks first.</summary>
internal static class ProgramPath
{
    /// <returns>The full path of the program, or null where there is none.</returns>
    /// <param name="program">A rooted path or a plain name.</param>
    /// <param name="searchPath">Folders as in <c>PATH</c>; our own <c>PATH</c> where null.</param>
    public static string? Find(string program, string? searchPath = null)
    {
        if (Path.IsPathFullyQualified(program))
            return IsExecutable(program) ? program : null;
        if (program.Length == 0 || program.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
            return null;

        searchPath ??= Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var folder in searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Path.IsPathFullyQualified(folder))
                continue;
            var path = Path.Combine(folder, program);
            if (IsExecutable(path))
                return path;
            // Only real programs: cmd.exe would parse the arguments of a .cmd or .bat a second time.
            if (OperatingSystem.IsWindows() && !program.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) && File.Exists(path + ".exe"))
                return path + ".exe";
        }

        return null;
    }

    private static bool IsExecutable(string path)
    {
        if (!File.Exists(path))
            return false;
        if (OperatingSystem.IsWindows())
            return path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".com", StringComparison.OrdinalIgnoreCase);
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return (File.GetUnixFileMode(path) & AnyExecute) != 0;
    }
}
