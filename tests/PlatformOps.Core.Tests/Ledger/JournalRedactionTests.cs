using System.Text.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Ledger;

public sealed class JournalRedactionTests
{
    private const string Secret = "hunter2hunter2";

    private static readonly StepKey Key = new("hv1", "PreDrain", "step");
    private static readonly JsonElement Clear = JsonSerializer.SerializeToElement(new { a = "b" });
    private static readonly JsonElement Holding = JsonSerializer.SerializeToElement(new { a = $"x{Secret}x" });

    private readonly JournalRedaction _redaction = new(text => text.Replace(Secret, "***", StringComparison.Ordinal), text => text.Contains(Secret, StringComparison.Ordinal) ? ["env:DEMO"] : []);

    public static TheoryData<string> Texts => [.. Entries().Select(entry => entry.GetType().Name)];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_for_people_are_masked(string type)
    {
        var clean = JsonSerializer.Serialize(_redaction.Clean(Entries().Single(entry => entry.GetType().Name == type)));

        Assert.DoesNotContain(Secret, clean, StringComparison.Ordinal);
        Assert.Contains("***", clean, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_every_entry_somebody_said_which_texts_may_hold_a_secret()
    {
        foreach (var type in typeof(JournalEntry).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JournalEntry))))
        {
            var entry = Entries().SingleOrDefault(one => one.GetType() == type) ?? (JournalEntry)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            _redaction.Clean(entry);
        }
    }

    [Fact]
    public void An_intent_with_a_secret_in_its_parameters_or_its_state_is_refused_and_the_way_out_is_named()
    {
        var given = Assert.Throws<RefusedException>(() => _redaction.Clean(new Intent(Key, "host.command", Holding, Clear, "", "")));
        var there = Assert.Throws<RefusedException>(() => _redaction.Clean(new Intent(Key, "host.command", Clear, Holding, "", "")));

        Assert.Contains("in the parameters of host.command", given.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent", given.Message, StringComparison.Ordinal);
        Assert.Contains("-Input", given.Message, StringComparison.Ordinal);
        Assert.Contains("in what is there before host.command", there.Message, StringComparison.Ordinal);
        Assert.All([given, there], error => Assert.Contains("(env:DEMO)", error.Message, StringComparison.Ordinal));
        Assert.All([given, there], error => Assert.Contains("Connect-PlatformOps again", error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, given.Message + there.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_was_left_with_a_secret_is_not_kept()
    {
        Assert.Null(((Result)_redaction.Clean(new Result(Key, "a", StepKind.Change, StepOutcome.Done, "m") { After = Holding })).After);
        Assert.NotNull(((Result)_redaction.Clean(new Result(Key, "a", StepKind.Change, StepOutcome.Done, "m") { After = Clear })).After);
    }

    [Fact]
    public void A_run_is_not_begun_with_a_secret_in_its_runbooks_or_inputs()
    {
        var identity = new JournalIdentity("r", "alice", "al", "test", default, default);

        Assert.Contains("parameter 'key'", Assert.Throws<RefusedException>(() => _redaction.Clean(new RunStarted(identity, [], []) { Inputs = { ["key"] = Secret } })).Message, StringComparison.Ordinal);
        Assert.Contains("in the runbook of Phase", Assert.Throws<RefusedException>(() => _redaction.Clean(new RunStarted(identity, [new JournalPhase("Phase", $"with: {Secret}")], []))).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<JournalEntry> Entries() =>
    [
        new RunStarted(new JournalIdentity("r", "alice", "al", "test", default, default) { TakeOverReason = Secret }, [], []),
        new TakenOver("bob", Secret),
        new FactsRead("hv1", "PreDrain", new Dictionary<string, string> { ["fact"] = Secret }),
        new Intent(Key, "a", Clear, Clear, Secret, Secret),
        new Result(Key, "a", StepKind.Change, StepOutcome.Done, Secret) { BeforeText = Secret, AfterText = Secret },
        new Decision(Key, StepDecision.Happened, Secret, "bob"),
        new TargetEnded("hv1", RunState.Failed, Secret),
        new RunEnded(RunState.Failed, Secret),
    ];
}
