namespace PlatformOps.ModuleBuilder;

/// <summary>The manifest from its template.</summary>
internal static class Manifest
{
    public static string Fill(string template, string version, IReadOnlyList<CmdletInfo> cmdlets) => template
        .Replace("{{Version}}", version, StringComparison.Ordinal)
        .Replace("{{CmdletsToExport}}", string.Join('\n', cmdlets.Select(c => $"        '{c.Name}'")), StringComparison.Ordinal);
}
