namespace PlatformOps.Core.Changes;

/// <summary>All actions and facts that runbooks and cmdlets may name.</summary>
internal sealed class ActionCatalog
{
    private readonly Dictionary<string, OpsAction> _actions;
    private readonly Dictionary<string, FactSource> _facts;

    public ActionCatalog(IEnumerable<OpsAction> actions, IEnumerable<FactSource> facts)
    {
        _actions = actions.ToDictionary(action => action.Name, StringComparer.Ordinal);
        _facts = facts.SelectMany(source => source.Names, (source, name) => (source, name)).ToDictionary(pair => pair.name, pair => pair.source, StringComparer.Ordinal);
    }

    public IEnumerable<OpsAction> Actions => _actions.Values;

    public IEnumerable<string> FactNames => _facts.Keys;

    public OpsAction? Find(string name) => _actions.GetValueOrDefault(name);

    public FactSource? FindFact(string name) => _facts.GetValueOrDefault(name);

    /// <summary>The action of this name; cmdlets name only what exists.</summary>
    public T Get<T>(string name)
        where T : OpsAction
        => (T)_actions[name];
}
