using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>Keeps secrets out of journals. Texts for people get a mask; what is read again to go on with, or to take an effect back, cannot have one: there, a secret is refused before anything happens.</summary>
/// <param name="clean">Puts a mask in the place of every secret that was handed out.</param>
internal sealed class JournalRedaction(Func<string, string> clean)
{
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
            ThrowIf(clean(value) != value, $"The value of the runbook's parameter '{name}' is");
        foreach (var phase in started.Phases)
            ThrowIf(clean(phase.Source) != phase.Source, $"The runbook of {phase.Name} holds");
        return started.Identity.TakeOverReason is null ? started : started with { Identity = started.Identity with { TakeOverReason = Clean(started.Identity.TakeOverReason) } };

        static void ThrowIf(bool holds, string what)
        {
            if (holds)
                throw new RefusedException($"{what} a secret that this session has handed out, and a run's journal keeps it to go on with. Nothing was begun. Name secrets by references in the configuration.");
        }
    }

    private Intent Clean(Intent intent)
    {
        var what = Holds(intent.Parameters) ? "the parameters of" : Holds(intent.Before) ? "what is there before" : null;
        return what is null
            ? intent with { BeforeText = clean(intent.BeforeText), DesiredText = clean(intent.DesiredText) }
            : throw new RefusedException($"A secret that this session has handed out is in {what} {intent.Action}, and the journal keeps that to look at after an interruption. Nothing was sent. A secret goes to a command by standard input (Invoke-RemoteCommand -Input), and elsewhere by a reference in the configuration.") { TargetName = intent.Key.Target };
    }

    private string? Clean(string? text) => text is null ? null : clean(text);

    private bool Holds(JsonElement? state) => state is { ValueKind: not JsonValueKind.Undefined } known && known.GetRawText() is var text && clean(text) != text;
}
