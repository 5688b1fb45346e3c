using System.Text.Json;
using System.Text.Json.Serialization;
using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>One record of a run's journal. Holds references and digests, never secrets or output of commands.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(JournalHeader), "header")]
[JsonDerivedType(typeof(RunStarted), "run-started")]
[JsonDerivedType(typeof(ProcessStarted), "process-started")]
[JsonDerivedType(typeof(TakenOver), "taken-over")]
[JsonDerivedType(typeof(TargetStarted), "target-started")]
[JsonDerivedType(typeof(FactsRead), "facts-read")]
[JsonDerivedType(typeof(Intent), "intent")]
[JsonDerivedType(typeof(Result), "result")]
[JsonDerivedType(typeof(Decision), "decision")]
[JsonDerivedType(typeof(Approval), "approval")]
[JsonDerivedType(typeof(PhaseEnded), "phase-ended")]
[JsonDerivedType(typeof(TargetEnded), "target-ended")]
[JsonDerivedType(typeof(RunEnded), "run-ended")]
internal abstract record JournalEntry
{
    /// <summary>When it was written, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Its place among the entries that were read or written: clocks may jump, the order does not.</summary>
    [JsonIgnore]
    public long Order { get; set; }

    /// <summary>The locks of its target that it was written under, as far as the journal tells.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, long> HeldLocks { get; set; } = new Dictionary<string, long>();

    /// <summary>To compare with another run's.</summary>
    [JsonIgnore]
    public Moment When => new(HeldLocks, At);
}

/// <summary>The first record.</summary>
internal sealed record JournalHeader(int Schema, string RunId) : JournalEntry;

/// <summary>What the run is: enough to go on with it on another day, with exactly the runbooks it began with.</summary>
internal sealed record RunStarted(JournalIdentity Identity, JournalPhase[] Phases, JournalTarget[] Targets) : JournalEntry
{
    public int ThrottleLimit { get; init; } = 1;

    public int? MaxFailures { get; init; }

    public int? BatchSize { get; init; }

    public bool ApproveBetweenBatches { get; init; }

    public string? StartAt { get; init; }

    /// <summary>Where a copy of the log goes.</summary>
    public string? LogPath { get; init; }

    /// <summary>The values given for the runbooks' parameters.</summary>
    public Dictionary<string, string> Inputs { get; init; } = [];
}

internal sealed record JournalIdentity(string Name, string Person, string Initials, string Environment, DateTimeOffset WindowStart, DateTimeOffset WindowEnd)
{
    public string? RequestedBy { get; init; }

    public string? TakeOverReason { get; init; }

    /// <summary>The name a script gave its run, where it gave one.</summary>
    public string? MarkerScope { get; init; }
}

/// <summary>A runbook as it was when the run began.</summary>
internal sealed record JournalPhase(string Name, string Source);

/// <param name="MustBeOpen">See <c>ActionTarget.MustBeOpen</c>.</param>
internal sealed record JournalTarget(string Kind, string Name, string? TicketId, bool MustBeOpen = false);

/// <summary>A process began to work on the run: the first one, or one that resumes it.</summary>
internal sealed record ProcessStarted(string Person, string Machine, int ProcessId) : JournalEntry;

/// <summary>Another person took the run over.</summary>
internal sealed record TakenOver(string Person, string Reason) : JournalEntry;

/// <summary>A process began to work on a target.</summary>
internal sealed record TargetStarted(string Target) : JournalEntry
{
    /// <summary>The tokens of its locks, by their keys.</summary>
    public Dictionary<string, long> Locks { get; init; } = [];

    /// <summary>What the first journals have in their place: a token, and not of which lock.</summary>
    public long? LockToken { get; init; }

    /// <summary>What the services call it, by their identity keys, and its ticket: as they said live.</summary>
    public Dictionary<string, string> Names { get; init; } = [];
}

internal sealed record FactsRead(string Target, string Phase, Dictionary<string, string> Facts) : JournalEntry;

/// <summary>An effect is about to be sent. Durable before it is.</summary>
internal sealed record Intent(StepKey Key, string Action, JsonElement Parameters, JsonElement Before, string BeforeText, string DesiredText) : JournalEntry
{
    /// <summary>The tokens of the locks of its targets, by their keys.</summary>
    public Dictionary<string, long> Locks { get; init; } = [];

    /// <summary>The effect takes the change back instead of making it.</summary>
    public bool IsUndo { get; init; }

    /// <summary>The effect only tells somebody.</summary>
    public bool IsTelling { get; init; }

    /// <summary>It leaves nothing that tells whether it happened: where its result is missing, only a person can say.</summary>
    public bool IsUnseen { get; init; }

    /// <summary>The targets that an effect of batch scope is for.</summary>
    public string[]? Members { get; init; }

    /// <summary>The ticket of the target, for the effects of scripts.</summary>
    public string? TicketId { get; init; }

    public string? TargetKind { get; init; }
}

/// <summary>How a step ended. Durable for changes.</summary>
internal sealed record Result(StepKey Key, string Action, StepKind Kind, StepOutcome Outcome, string Message) : JournalEntry
{
    public string? BeforeText { get; init; }

    public string? AfterText { get; init; }

    /// <summary>The state that was left, for undo and for noticing drift; changes only.</summary>
    public JsonElement? After { get; init; }

    /// <summary>Of a change that was found made: there is no intent that has them. To look again whether it holds.</summary>
    public JsonElement? Parameters { get; init; }

    public string? Error { get; init; }

    /// <summary>Skipped because its condition did not hold, as against by a person's decision.</summary>
    public bool ByCondition { get; init; }

    /// <summary>The step only tells somebody.</summary>
    public bool IsTelling { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public TimeSpan Duration { get; init; }

    public int Number { get; init; }
}

/// <summary>A person's word on a step whose outcome nobody else knows.</summary>
internal sealed record Decision(StepKey Key, StepDecision As, string Reason, string Person) : JournalEntry;

/// <summary>A person let the run go on: past a batch or past a wait, by its key in <see cref="RunEnded.WaitingFor"/>.</summary>
internal sealed record Approval(string Key, string Person) : JournalEntry;

internal sealed record PhaseEnded(string Target, string Phase, bool Succeeded) : JournalEntry;

internal sealed record TargetEnded(string Target, RunState State, string Message) : JournalEntry
{
    /// <summary>How the step ended that it failed at; null where it failed at none.</summary>
    public StepOutcome? Outcome { get; init; }
}

internal sealed record RunEnded(RunState State, string Message) : JournalEntry
{
    /// <summary>What a person may approve so that the run goes on.</summary>
    public string[] WaitingFor { get; init; } = [];
}
