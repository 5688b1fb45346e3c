using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>A change in Aquilon. The broker answers when it is done, so what it did shows at once.</summary>
/// <inheritdoc cref="Change{TParameters, TState}"/>
internal abstract class AquilonChange<TParameters, TState> : Change<TParameters, TState>
    where TParameters : notnull
    where TState : notnull
{
    public sealed override IReadOnlyList<string> Needs => ["aquilon"];

    public sealed override TimeSpan ConfirmWithin => TimeSpan.FromSeconds(5);

    public sealed override TimeSpan ConfirmEvery => TimeSpan.FromSeconds(1);
}
