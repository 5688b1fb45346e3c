using System.Text.Json;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;

namespace PlatformOps.Core.Changes;

/// <summary>What an action is given: its target, the run, the session's clients, facts, the clock and the log.</summary>
internal sealed record ActionContext
{
    public required ActionTarget Target { get; init; }

    /// <summary>All targets of the batch for an action of batch scope; the one target otherwise.</summary>
    public IReadOnlyList<ActionTarget> Batch { get => field ?? [Target]; init; }

    public required RunIdentity Run { get; init; }

    /// <summary>The step's name, unique in its phase, and the phase.</summary>
    public required string Step { get; init; }

    /// <inheritdoc cref="Step"/>
    public string? Phase { get; init; }

    public required IClients Clients { get; init; }

    public required TimeProvider Time { get; init; }

    public required IActionLog Log { get; init; }

    /// <summary>Where an earlier process began to take over: the state that it found. What came there since is another's word, and is not taken over with it.</summary>
    public JsonElement? TakenOverFrom { get; init; }

    /// <summary>A person has let the run go on past this step.</summary>
    public bool IsApproved { get; init; }

    /// <summary>What a plan has told so far; null where this is none.</summary>
    public PlanClients? Plan => Clients as PlanClients;

    /// <summary>The marker of this step on this target in this run: what makes an effect recognisable as ours.</summary>
    public string Marker => $"[ops:{Run.MarkerScope ?? Run.RunId}/{Target.Name}/{(Phase is null ? Step : Phase + "." + Step)}]";

    /// <summary>The claim that says whose the target is while it is out of service.</summary>
    public Claim Claim => new(Run.RunId, Run.Person, Target.TicketId);

    /// <summary>The session's one client of this type.</summary>
    public T Client<T>()
        where T : class
        => Clients.Get<T>();

    /// <summary>The target's ticket, or a clear refusal.</summary>
    public string RequireTicket() => Target.TicketId
        ?? throw new RefusedException($"{Target.Name} has no ticket, and {Step} needs one. Add its key to the list file, or create it with New-MigrationTicket.") { TargetName = Target.Name };
}
