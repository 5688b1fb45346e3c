using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Tests.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Ledger;

/// <summary>Journals that were written once and are read for good.</summary>
/// <remarks>
/// A released journal must be readable by every later version, so a file in <c>Golden</c> is never written anew and never changed.
/// What is added adds a file of its own: a new schema <c>v2-….journal</c>, a kind of entry that the schema gets later another <c>v1-….journal</c>.
/// Extend <see cref="GoldenRuns"/> so that a run writes it, run the explicit test below once, and commit the new file with the facts that it must tell.
/// </remarks>
public sealed class GoldenJournalTests : IDisposable
{
    private const string RunbookFile = "v1-runbook.journal";
    private const string ScriptFile = "v1-script.journal";
    private const string BatchFile = "v1-batch.journal";

    private readonly RunWorld _world = new();

    public static TheoryData<string> Files => [.. Names];

    private static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.journal").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Ledger", "Golden");

    public void Dispose() => _world.Dispose();

    [Fact(Explicit = true)]
    public async Task Make()
    {
        var source = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(source.FullName, "Module.sln")))
            source = source.Parent!;
        foreach (var (name, make) in ((string, Func<Task<byte[]>>)[])[(RunbookFile, GoldenRuns.MakeRunbookAsync), (ScriptFile, GoldenRuns.MakeScriptAsync), (BatchFile, GoldenRuns.MakeBatchAsync)])
        {
            var path = Path.Combine(source.FullName, "tests", "PlatformOps.Core.Tests", "Ledger", "Golden", name);
            // Never over one that is there.
            if (!File.Exists(path))
                await File.WriteAllBytesAsync(path, await make(), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void The_run_of_a_runbook_tells_what_it_was_and_how_far_it_came()
    {
        Put(RunbookFile, GoldenRuns.RunbookId);

        var run = _world.Store.Describe(GoldenRuns.RunbookId);

        Assert.Equal(("rack 12", RunState.Interrupted, "test", "alice", "carol", "ops1"), (run.Name, run.State, run.Environment, run.StartedBy, run.RequestedBy, run.Machine));
        Assert.Equal((At(12, 0), null), (run.StartedAt, run.EndedAt));
        Assert.Equal(["P1", "P2"], run.Runbooks);
        Assert.Equal(
            [("hv1", "MH-101", RunState.Succeeded, "P2", "tell#2"), ("hv2", null, RunState.Interrupted, "P1", "light.dim"), ("hv3", (string?)null, RunState.Interrupted, null, null)],
            run.Targets.Select(target => (target.Target, target.TicketId, target.State, target.Phase, target.Step)));
        var history = _world.Store.History(GoldenRuns.RunbookId);
        Assert.Equal(("bob", "alice is on leave", "dave is on leave"), (history.Owner, history.TakenOver!.Reason, history.Started!.Identity.TakeOverReason));
        Assert.Equal(["hv1/P2/run.approval"], history.Approvals.Select(approval => approval.Key));
        Assert.Equal(["hv2/P2/run.approval"], history.Pending);
        Assert.Equal([("nova", "hv1.example.org"), ("ticket", "MH-101")], history.Target("hv1").Names.Select(name => (name.Key, name.Value)));
    }

    [Fact]
    public void The_run_of_a_runbook_tells_its_steps()
    {
        Put(RunbookFile, GoldenRuns.RunbookId);

        var steps = StepRecords.From(GoldenRuns.RunbookId, _world.Store.History(GoldenRuns.RunbookId), isUnderWay: false).ToList();

        Assert.Equal(
            [
                "hv1 P1.test.check Passed", "hv1 P1.light.switch Done off→on", "hv1 P1.test.report Reported", "hv1 P1.light.dim Done off→on", "hv1 P1.tell Done off→on",
                "hv1 P2.run.approval Passed", "hv1 P2.test.report Skipped", "hv1 P2.light.smash Done off→on", "hv1 P2.tell Unchanged on→on", "hv1 P2.tell#2 Unchanged on→on",
                "hv2 P1.test.check Passed", "hv2 P1.light.switch Done off→on", "hv2 P1.test.report Reported", "hv2 P1.light.dim Interrupted off→",
                "hv2 P1.on-failure/test.report Reported", "hv2 P1.tell Done off→on", "hv2 P1.tell#2 Unchanged on→on", "hv2 P2.run.approval Waiting",
                "batch 1 P1.test.batch Done 0 calls→1 calls",
            ],
            steps.OrderBy(step => step.Target.StartsWith("batch", StringComparison.Ordinal)).ThenBy(step => step.Target, StringComparer.Ordinal).Select(step => $"{step.Target} {step.Phase}.{step.Step} {step.Outcome}{(step.Before is null && step.After is null ? "" : $" {step.Before}→{step.After}")}"));
        Assert.Equal(("told amber", "MH-101", 3), steps.Where(step => step is { Target: "hv1", Step: "test.report", Phase: "P1" }).Select(step => (step.Message, step.TicketId, step.Number)).Single());
        var open = _world.Store.History(GoldenRuns.RunbookId).Target("hv2").Find(new StepKey("hv2", "P1", "light.dim"))!;
        Assert.True(open.IsOpen);
        Assert.Equal("for carol", open.Intent!.Parameters.GetProperty("note").GetString());
    }

    [Fact]
    public async Task The_run_of_a_runbook_is_gone_on_with_to_its_end_by_the_runbooks_it_keeps_and_does_nothing_twice()
    {
        Put(RunbookFile, GoldenRuns.RunbookId);
        AsItWasLeft();

        var first = await ResumeAsync(approve: false);
        Assert.Contains("found done after an interruption", Assert.Single(first, record => record.Step == "light.dim").Message, StringComparison.Ordinal);
        Assert.Equal(("hv2", "run.approval", StepOutcome.Waiting), (first[^1].Target, first[^1].Step, first[^1].Outcome));
        Assert.Equal(["hv2"], (await ResumeAsync(approve: true)).Select(record => record.Target).Distinct());
        Assert.Contains("hv3", _world.Store.Describe(GoldenRuns.RunbookId).WaitingFor, StringComparison.Ordinal);
        var third = await ResumeAsync(approve: true);
        Assert.Equal("told amber", third.Single(record => record is { Target: "hv3", Step: "test.report" }).Message);
        await ResumeAsync(approve: true);

        Assert.Equal(RunState.Succeeded, _world.State(GoldenRuns.RunbookId));
        Assert.Equal(["hv2 light.smash", "hv3 light.dim", "hv3 light.smash", "hv3 light.switch", "hv3 light.tell"], AppliedNow());
        Assert.Equal(["hv3"], _world.Catalog.BatchCalls[^1]);
    }

    [Fact]
    public async Task The_run_of_a_runbook_is_taken_back_as_far_as_nothing_was_destroyed()
    {
        Put(RunbookFile, GoldenRuns.RunbookId);
        AsItWasLeft();

        var records = await RunWorld.CollectAsync(_world.Runner.UndoAsync(GoldenRuns.RunbookId, new UndoOptions("bob"), TestContext.Current.CancellationToken));

        Assert.Equal(["hv2 light.dim", "hv2 light.switch"], records.Where(record => record.Outcome == StepOutcome.Undone).Select(record => $"{record.Target} {record.Step}"));
        Assert.All(records.Where(record => record.Target == "hv1"), record => Assert.Equal(StepOutcome.Skipped, record.Outcome));
    }

    [Fact]
    public async Task The_run_of_a_batch_tells_whose_its_effects_were_and_what_was_found()
    {
        Put(BatchFile, GoldenRuns.BatchId);
        var history = _world.Store.History(GoldenRuns.BatchId);

        Assert.Equal(
            ["hv1: batch 1", "hv2: batch 1", "hv3: batch 1#2"],
            ((string[])["hv1", "hv2", "hv3"]).SelectMany(target => history.StepsOf(target).Where(step => step.Key.Step == "test.configure").Select(step => $"{target}: {step.Key.Target}")));
        Assert.Equal("found", history.Target("hv2").Find(new StepKey("hv2", "P1", "light.switch"))!.Holds!.Parameters.GetProperty("note").GetString());

        // hv2's light was put out since.
        foreach (var target in (string[])["hv1", "hv3"])
            _world.House.Light(target, "light.switch").IsOn = true;
        var records = await _world.ResumeAsync(runId: GoldenRuns.BatchId);

        Assert.Equal([("hv1", StepOutcome.Done), ("hv2", StepOutcome.Drifted), ("hv3", StepOutcome.Done)], records.Select(record => (record.Target, record.Outcome)).Order());
        Assert.Equal(["hv1", "hv3"], Assert.Single(_world.Catalog.BatchCalls).Order());
        Assert.Empty(_world.Catalog.Configured);
    }

    [Fact]
    public void The_run_of_a_script_tells_what_it_was_and_what_it_did()
    {
        Put(ScriptFile, GoldenRuns.ScriptId);

        var run = _world.Store.Describe(GoldenRuns.ScriptId);

        Assert.Equal(("rack 12", RunState.Failed, "alice", At(12, 0)), (run.Name, run.State, run.StartedBy, run.StartedAt));
        Assert.NotNull(run.EndedAt);
        Assert.Equal([("hv1", RunState.Succeeded), ("hv2", RunState.Failed)], run.Targets.Select(target => (target.Target, target.State)));
        Assert.Equal("rack 12", _world.Store.History(GoldenRuns.ScriptId).Started!.Identity.MarkerScope);
        Assert.Equal(
            [("hypervisor", "hv1", "MH-101", StepOutcome.Done), ("host", "hv2", (string?)null, StepOutcome.Failed)],
            StepRecords.From(GoldenRuns.ScriptId, _world.Store.History(GoldenRuns.ScriptId), isUnderWay: false).Select(step => (step.TargetKind, step.Target, step.TicketId, step.Outcome)));
    }

    [Fact]
    public void Every_kind_of_entry_is_in_a_golden_journal()
    {
        var kinds = typeof(JournalEntry).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>().Select(kind => (string)kind.TypeDiscriminator!);

        Assert.Equal(kinds.Order(), Names.SelectMany(file => Records(file)).Select(record => (string)record["type"]!).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Everything_that_a_golden_journal_says_is_understood(string file)
    {
        var records = Records(file);
        var read = JournalFormat.Decode(Content(file), file).Entries;

        Assert.Equal(records.Count, read.Count);
        foreach (var (record, entry) in records.Zip(read))
            AssertHolds(record, Records(JournalFormat.Encode(entry))[0], record["type"]!.ToString());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_a_later_version_adds_to_an_entry_is_passed_over(string file)
    {
        var runId = (string)Records(file)[0]["run-id"]!;
        Put(file, runId);
        var (run, steps) = Told();

        _world.Files.Overwrite(JournalOf(runId), [.. Records(file).SelectMany(record => Framed(Extended(record)))]);

        var (later, laterSteps) = Told();
        Assert.Equal(run, later);
        Assert.Equal(steps, laterSteps);

        (string Run, string Steps) Told() => (
            JsonSerializer.Serialize(_world.Store.Describe(runId)),
            JsonSerializer.Serialize(StepRecords.From(runId, _world.Store.History(runId), isUnderWay: false).Select(step => step with { Error = null })));
    }

    [Fact]
    public void A_kind_of_entry_that_this_version_does_not_know_is_an_error_that_says_so()
    {
        var records = Records(ScriptFile);
        records[3]["type"] = "melted";
        var position = records.Take(3).Sum(record => Framed(record).Length);

        var error = Assert.Throws<LedgerException>(() => JournalFormat.Decode([.. records.SelectMany(Framed)], "/state/runs/r1/journal"));

        Assert.StartsWith($"The journal /state/runs/r1/journal has a record at byte {position} that this version cannot read", error.Message, StringComparison.Ordinal);
        Assert.Contains("'melted'", error.Message, StringComparison.Ordinal);
        Assert.Contains("a newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_schema_is_refused_as_such_whatever_it_holds()
    {
        var records = Records(ScriptFile);
        records[0]["schema"] = JournalFormat.Schema + 1;
        records[3]["type"] = "melted";

        Assert.Contains("does not begin with a header of schema 1", Assert.Throws<LedgerException>(() => JournalFormat.Decode([.. records.SelectMany(Framed)], "/state/runs/r1/journal")).Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset At(int hour, int minute) => new(2026, 11, 18, hour, minute, 0, TimeSpan.Zero);

    private static byte[] Content(string file) => File.ReadAllBytes(Path.Combine(Folder, file));

    private static List<JsonObject> Records(string file) => Records(Content(file));

    // Read here by the format's own description, not by the code under test.
    private static List<JsonObject> Records(byte[] content)
    {
        var records = new List<JsonObject>();
        for (var position = 0; position < content.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(position));
            var record = JsonNode.Parse(content.AsSpan(position + 8, length))!.AsObject();
            Assert.Equal(content[position..(position + 8 + length)], Framed(content.AsSpan(position + 8, length)));
            records.Add(record);
            position += 8 + length;
        }

        return records;
    }

    private static byte[] Framed(JsonNode record) => Framed(Encoding.UTF8.GetBytes(record.ToJsonString()));

    private static byte[] Framed(ReadOnlySpan<byte> json)
    {
        var record = new byte[8 + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, json.Length);
        json.CopyTo(record.AsSpan(8));
        var sum = ~0u;
        foreach (var value in (ReadOnlySpan<byte>)[.. record.AsSpan(0, 4), .. json])
            sum = BitOperations.Crc32C(sum, value);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), ~sum);
        return record;
    }

    // In the entry itself and in every object of the format's within it; dictionaries and what actions write are open anyway.
    private static JsonObject Extended(JsonObject record)
    {
        var extended = record.DeepClone().AsObject();
        foreach (var inner in (IEnumerable<JsonNode?>)[extended, extended["identity"], extended["key"] as JsonObject, .. Items("phases"), .. Items("targets")])
        {
            if (inner is JsonObject known)
            {
                known["added-later"] = new JsonObject { ["of"] = new JsonArray(1, "two", null) };
                known["also-later"] = "text";
            }
        }

        return extended;

        IEnumerable<JsonNode?> Items(string name) => extended[name] as JsonArray ?? [];
    }

    private static void AssertHolds(JsonNode? then, JsonNode? now, string where)
    {
        switch (then)
        {
            case JsonObject object_:
                foreach (var (name, value) in object_)
                    AssertHolds(value, Assert.IsType<JsonObject>(now)[name], $"{where}.{name}");
                break;
            case JsonArray array:
                Assert.True(now is JsonArray other && other.Count == array.Count, where);
                foreach (var (one, index) in array.Select((one, index) => (one, index)))
                    AssertHolds(one, now[index], $"{where}[{index}]");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(then, now), $"{where}: was {then?.ToJsonString()}, and is read as {now?.ToJsonString() ?? "nothing"}");
                break;
        }
    }

    private void Put(string file, string runId)
    {
        _world.Files.CreateFolder(_world.Store.FolderOf(runId));
        Directory.CreateDirectory(_world.Store.FolderOf(runId));
        _world.Files.Overwrite(JournalOf(runId), Content(file));
    }

    private string JournalOf(string runId) => Path.Combine(_world.Store.FolderOf(runId), "journal");

    // The house as the golden run left it: dimming hv2 had happened.
    private void AsItWasLeft()
    {
        _world.Observers.Add(new GoldenRuns.TellingObserver());
        _world.Identify = target => target.Name == "hv1" ? new() { ["nova"] = "hv1.example.org", ["ticket"] = "MH-101" } : [];
        foreach (var light in (string[])["hv1 light.switch", "hv1 light.dim", "hv1 light.smash", "hv1 light.tell", "hv2 light.switch", "hv2 light.dim", "hv2 light.tell"])
            _world.House.Light(light.Split(' ')[0], light.Split(' ')[1]).IsOn = true;
        _world.Catalog.BatchCalls.Add(["hv1", "hv2"]);
    }

    private IEnumerable<string> AppliedNow()
        => from target in (string[])["hv1", "hv2", "hv3"]
           from action in (string[])["light.dim", "light.smash", "light.switch", "light.tell"]
           from once in Enumerable.Range(0, _world.House.Light(target, action).Applied)
           select $"{target} {action}";

    private Task<List<StepRecord>> ResumeAsync(bool approve) => _world.ResumeAsync(new ResumeOptions("bob") { Approve = approve }, GoldenRuns.RunbookId);
}
