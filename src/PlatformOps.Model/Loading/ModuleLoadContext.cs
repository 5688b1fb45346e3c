using System.Reflection;
using System.Runtime.Loader;

namespace PlatformOps.Loading;

/// <summary>
/// The load context of the cmdlets and everything below them, so that the versions of their dependencies cannot meet those of other modules.
/// </summary>
/// <remarks>
/// It loads only the assemblies that a list written by the build names, from the folder of this assembly. Everything else, this assembly
/// and PowerShell's own among it, comes from the default context: types that users see are the same everywhere.
/// </remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    /// <summary>The list of what this context loads: one simple assembly name per line, written by the build.</summary>
    public const string ListFileName = "PlatformOps.deps.txt";

    private const string CmdletsAssembly = "PlatformOps.PowerShell";

    private static readonly object Gate = new();
    private static Assembly? _cmdlets;
    private static int _loads;

    private readonly string _folder;
    private readonly HashSet<string> _own;

    private ModuleLoadContext(string folder)
        : base("PlatformOps")
    {
        _folder = folder;
        _own = new HashSet<string>(File.ReadLines(Path.Combine(folder, ListFileName)), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether the cmdlets were asked for more than once: the module is imported again.</summary>
    public static bool IsLoadedAgain()
    {
        lock (Gate)
            return _loads > 1;
    }

    /// <summary>The assembly with the cmdlets, loaded once per process.</summary>
    /// <param name="path">This assembly as the module has it: another version of the module, in the same process, has another.</param>
    /// <returns>Null where <paramref name="path"/> is of another version than this assembly.</returns>
    public static Assembly? LoadCmdlets(string path)
    {
        var own = typeof(ModuleLoadContext).Assembly;
        if (own.Location != path && own.GetName().Version != AssemblyName.GetAssemblyName(path).Version)
            return null;
        lock (Gate)
        {
            _loads++;
            return _cmdlets ??= new ModuleLoadContext(Path.GetDirectoryName(own.Location)!)
                .LoadFromAssemblyName(new AssemblyName(CmdletsAssembly));
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        return assemblyName.Name is { } name && _own.Contains(name)
            ? LoadFromAssemblyPath(Path.Combine(_folder, name + ".dll"))
            : null;
    }
}
