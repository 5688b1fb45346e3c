using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>Keeps secrets out of journals. Texts for people get a mask; what is read again to go on with, or to take an effect back, cannot have one: there, a secret is refused before anything happens.</summary>
/// <param name="clean">Puts a mask in the place of every secret that was handed out.</param>
/// <param name="named">The names of the secrets in a text; null where nobody knows them.</param>
internal sealed class JournalRedaction(Func<string, string> clean, Func<string, IReadOnlyList<string>>? named = null)
{
    // A secret that is what things are called stands wherever they are named.
    private const string OrAWord = "Where it only happens to be what something is called here: give that secret a value that is no word, and Connect-PlatformOps again; a new session has not handed it out.";

    /// <summary>The entry as it may be written.</summary>
    /// <exception cref="RefusedException">What must be written as it is holds a secret.</exception>
    public JournalEntry Clean(JournalEntry entry) => entry switch
    {
        RunStarted started => Clean(started),
        TakenOver taken => taken with { Reason = clean(taken.Reason) },
        FactsRead read => read with { Facts = read.Facts.ToDictionary(fact => fact.Key, fact => clean(fact.Value)) },
        Intent intent => Clean(intent),
        // Without the state that was left, what is there counts as ours where it is what was wanted.
        Result result => result with { Message = clean(result.Message), BeforeText = Clean(result.BeforeText), AfterText = Clean(result.AfterText), After = Holds(result.After) ? null : result.After, Parameters = Holds(result.Parameters) ? null : result.Parameters },
        Decision decision => decision with { Reason = clean(decision.Reason) },
        TargetEnded ended => ended with { Message = clean(ended.Message) },
        RunEnded ended => ended with { Message = clean(ended.Message) },
        // Names, numbers and kinds.
        JournalHeader or ProcessStarted or TargetStarted or Approval or PhaseEnded => entry,
        _ => throw new ArgumentException($"Nobody said which texts of {entry.GetType().Name} may hold a secret.", nameof(entry)),
    };

    private RunStarted Clean(RunStarted started)
    {
        foreach (var (name, value) in started.Inputs)
            ThrowIfSecret(value, $"in the value of the runbook's parameter '{name}'");
        foreach (var phase in started.Phases)
            ThrowIfSecret(phase.Source, $"in the runbook of {phase.Name}");
        return started.Identity.TakeOverReason is null ? started : started with { Identity = started.Identity with { TakeOverReason = Clean(started.Identity.TakeOverReason) } };

        void ThrowIfSecret(string text, string where)
        {
            if (clean(text) != text)
                throw new RefusedException($"A secret that this session has handed out ({Names(text)}) is {where}, and a run's journal keeps it to go on with. Nothing was begun. Name secrets by references in the configuration. {OrAWord}");
        }
    }

    private Intent Clean(Intent intent)
    {
        var (what, text) = Holds(intent.Parameters) ? ("the parameters of", intent.Parameters.GetRawText()) : Holds(intent.Before) ? ("what is there before", intent.Before.GetRawText()) : (null, "");
        return what is null
            ? intent with { BeforeText = clean(intent.BeforeText), DesiredText = clean(intent.DesiredText) }
            : throw new RefusedException($"A secret that this session has handed out ({Names(text)}) is in {what} {intent.Action}, and the journal keeps that to look at after an interruption. Nothing was sent. A secret goes to a command by standard input (Invoke-RemoteCommand -Input), and elsewhere by a reference in the configuration. {OrAWord}") { TargetName = intent.Key.Target };
    }

    private string Names(string text) => named?.Invoke(text) is { Count: > 0 } names ? string.Join(", ", names) : "which one is not known";

    private string? Clean(string? text) => text is null ? null : clean(text);

    private bool Holds(JsonElement? state) => state is { ValueKind: not JsonValueKind.Undefined } known && known.GetRawText() is var text && clean(text) != text;
}
