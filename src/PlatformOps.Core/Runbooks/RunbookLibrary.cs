using PlatformOps.Errors;

namespace PlatformOps.Core.Runbooks;

/// <summary>The runbooks that came with the module, and the site's: a file with the same name takes the built-in one's place.</summary>
internal sealed class RunbookLibrary(RunbookReader reader, string? folder)
{
    private const string Prefix = "runbook/";

    public RunbookReader Reader { get; } = reader;

    /// <summary>The built-in ones and the site's, by name.</summary>
    /// <exception cref="SourceException">One of the site's is wrong.</exception>
    public IReadOnlyDictionary<string, Runbook> All()
    {
        var runbooks = new SortedDictionary<string, Runbook>(StringComparer.Ordinal);
        foreach (var runbook in BuiltIn())
            runbooks.Add(runbook.Name, runbook);
        var own = new Dictionary<string, Runbook>(StringComparer.Ordinal);
        foreach (var file in Files())
        {
            var runbook = ReadFile(file);
            if (!own.TryAdd(runbook.Name, runbook))
                throw new RunbookException($"'{runbook.Name}' is also the name of the runbook in {own[runbook.Name].Origin}.", file);
            runbooks[runbook.Name] = runbook;
        }

        return runbooks;
    }

    /// <exception cref="ObjectNotFoundException">There is none of that name.</exception>
    public Runbook Get(string name)
    {
        var all = All();
        return all.GetValueOrDefault(name)
            ?? throw new ObjectNotFoundException($"There is no runbook '{name}'. There are: {string.Join(", ", all.Keys)}.") { TargetName = name };
    }

    public Runbook ReadFile(string path)
    {
        try
        {
            return Reader.Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunbookException($"cannot be read: {e.Message}", path, innerException: e);
        }
    }

    private IEnumerable<Runbook> BuiltIn()
    {
        var assembly = typeof(RunbookLibrary).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return Reader.Read(text.ReadToEnd(), name[Prefix.Length..]);
        }
    }

    private IEnumerable<string> Files()
    {
        if (folder is null)
            return [];
        if (!Directory.Exists(folder))
            throw new ConfigurationException($"runbooks.folder: there is no folder {folder}.");
        return Directory.EnumerateFiles(folder, "*.y*ml").Order(StringComparer.Ordinal);
    }
}
