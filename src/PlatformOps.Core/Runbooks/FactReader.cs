using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Runbooks;

/// <summary>The facts of one target in one phase: each source is read once, when a step first names one of its facts.</summary>
internal sealed class FactReader(ActionCatalog catalog, Func<IReadOnlyDictionary<string, string>, Task> record)
{
    private readonly Dictionary<string, string> _facts = new(StringComparer.Ordinal);
    private readonly HashSet<FactSource> _read = [];

    public IReadOnlyDictionary<string, string> Values => _facts;

    /// <summary>Reads what a step needs and has not been read.</summary>
    public async Task EnsureAsync(RunbookStep step, ActionContext context, CancellationToken cancellationToken)
    {
        foreach (var name in step.FactNames)
        {
            if (catalog.FindFact(name) is not { } source || !_read.Add(source))
                continue;
            var facts = await source.ReadAsync(context, cancellationToken);
            foreach (var (fact, value) in facts)
                _facts[fact] = value;
            await record(facts);
        }
    }
}
