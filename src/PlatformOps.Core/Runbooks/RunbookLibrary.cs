using PlatformOps.Core.Texts;
using PlatformOps.Errors;

namespace PlatformOps.Core.Runbooks;

/// <summary>The runbooks that came with the module, and the site's: a file with the same name takes the built-in one's place.</summary>
internal sealed class RunbookLibrary(RunbookReader reader, string? folder)
{
    private const string Prefix = "runbook/";

    public RunbookReader Reader { get; } = reader;

    /// <summary>The built-in ones and the site's.</summary>
    public RunbookListing List()
    {
        var runbooks = new SortedDictionary<string, Runbook>(StringComparer.Ordinal);
        foreach (var runbook in BuiltIn())
            runbooks.Add(runbook.Name, runbook);
        var own = new Dictionary<string, Runbook>(StringComparer.Ordinal);
        var broken = new List<BrokenRunbook>();
        foreach (var file in Files())
        {
            string? text = null;
            try
            {
                text = ReadText(file);
                var runbook = Reader.Read(text, file);
                if (!own.TryAdd(runbook.Name, runbook))
                    throw new RunbookException($"'{runbook.Name}' is also the name of the runbook in {own[runbook.Name].Origin}.", file);
            }
            catch (RunbookException e)
            {
                broken.Add(new BrokenRunbook(text, e));
            }
        }

        foreach (var (name, runbook) in own)
            runbooks[name] = runbook;
        return new RunbookListing(runbooks, broken);
    }

    /// <exception cref="ObjectNotFoundException">There is none of that name.</exception>
    /// <exception cref="RunbookException">A file of the site that may be it is wrong.</exception>
    public Runbook Get(string name)
    {
        var all = List();
        if (all.Broken.FirstOrDefault(broken => broken.MayBe(name)) is { } wrong)
            throw wrong.Error;
        return all.Runbooks.GetValueOrDefault(name) ?? throw Missing(name, all);
    }

    /// <summary>What to say of a name that is not there.</summary>
    public static ObjectNotFoundException Missing(string name, RunbookListing all)
        => new($"There is no runbook '{name}'. There are: {string.Join(", ", all.Runbooks.Keys)}.") { TargetName = name };

    /// <summary>What a site's runbook leaves out of the guards of the built-in one whose place it takes: a sentence for each action, nothing where there is none of that name.</summary>
    /// <remarks>What an action itself proves before its effect is proven there too, whatever a runbook says.</remarks>
    public IEnumerable<string> FewerGuards(Runbook runbook)
    {
        if (BuiltIn().FirstOrDefault(known => known.Name == runbook.Name) is not { } replaced)
            yield break;
        foreach (var step in replaced.Steps.Where(step => step.Guards.Count > 0))
        {
            foreach (var own in runbook.Steps.Where(own => own.Action == step.Action))
            {
                var missing = step.Guards.Select(guard => guard.Name).Except(own.Guards.Select(guard => guard.Name)).ToList();
                if (missing.Count > 0)
                    yield return $"{runbook.Origin}: {own.Name} has no guard {string.Join(", ", missing)}, which {step.Name} of the built-in {replaced.Name} has: what was proven earlier may be so no more when it is done. Add guard: [{string.Join(", ", step.Guards.Select(guard => guard.Name))}].";
            }
        }
    }

    public Runbook ReadFile(string path) => Reader.Read(ReadText(path), path);

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunbookException($"cannot be read: {FileTrouble.Of(e)}", path, innerException: e);
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
        // Hidden ones are an editor's.
        return Directory.EnumerateFiles(folder, "*.y*ml").Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal);
    }
}
