namespace PlatformOps.Core.Changes;

/// <summary>Reads facts about a target that runbooks may name as <c>${fact.…}</c>. Read once per target and phase, and recorded.</summary>
internal abstract class FactSource
{
    /// <summary>The facts one reading answers, such as <c>gpu</c> and <c>mellanox</c>.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Values are texts; yes and no are <c>true</c> and <c>false</c>. A fact that cannot be known is left out.</summary>
    public abstract Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken);
}
