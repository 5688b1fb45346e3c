using System.Text.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Ledger;

public sealed class JournalTests
{
    private const string Path = "/state/runs/r1/journal";

    [Fact]
    public async Task What_was_written_durably_survives_the_loss_of_power()
    {
        var files = new MemoryLedgerFiles();
        var journal = (await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System))!;
        await journal.WriteAsync(new JournalHeader(1, "r1"));
        await journal.WriteDurablyAsync(Ended("hv1"));
        await journal.WriteAsync(Ended("hv2"));
        files.Crash();

        await using var again = (await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System))!;

        Assert.Collection(again.Entries, e => Assert.IsType<JournalHeader>(e), e => Assert.Equal("hv1", Assert.IsType<TargetEnded>(e).Target));
    }

    [Fact]
    public async Task Records_that_come_together_share_a_flush()
    {
        var files = new MemoryLedgerFiles();
        await using var journal = (await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System))!;
        using var gate = new ManualResetEventSlim();
        var first = true;
        files.BeforeOperation = (operation, _) =>
        {
            if (operation == "flush" && first)
            {
                first = false;
                gate.Wait(TestContext.Current.CancellationToken);
            }
        };
        var writing = journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
        var others = Enumerable.Range(0, 50).Select(n => journal.WriteDurablyAsync(Ended($"hv{n}"))).ToList();
        gate.Set();
        await writing;
        await Task.WhenAll(others);

        // The first may have gone alone or with some of the others; the rest went together.
        Assert.InRange(files.Flushes, 1, 3);
    }

    [Fact]
    public async Task A_second_process_does_not_get_a_journal_that_is_held()
    {
        var files = new MemoryLedgerFiles();
        await using var journal = (await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System))!;

        Assert.Null(await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System));
        Assert.True(Store(files).IsJournalHeld("r1"));
    }

    [Theory]
    [InlineData("append")]
    [InlineData("flush")]
    public async Task After_a_failed_write_nothing_more_is_taken_and_the_path_is_named(string operation)
    {
        var files = new MemoryLedgerFiles();
        var journal = (await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System))!;
        await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
        files.BeforeOperation = (name, _) =>
        {
            if (name == operation)
                throw new IOException("No space left on device");
        };
        var failed = await Assert.ThrowsAsync<LedgerException>(() => journal.WriteDurablyAsync(Ended("hv1")));
        files.BeforeOperation = null;

        Assert.Contains(Path, failed.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerException>(() => journal.WriteAsync(Ended("hv2")));
        await journal.DisposeAsync();
    }

    [Fact]
    public async Task Cut_at_any_byte_it_recovers_to_the_whole_records_before()
    {
        var whole = await SampleAsync();
        var ends = RecordEnds(whole);
        for (var length = 0; length < whole.Length; length++)
        {
            var content = JournalFormat.Decode(whole.AsSpan(0, length), Path);
            var expected = ends.Count(end => end <= length);
            Assert.Equal(expected, content.Entries.Count);
            Assert.Equal(length - content.WholeLength, content.TornBytes);
        }
    }

    [Fact]
    public async Task A_flipped_bit_is_never_accepted()
    {
        var whole = await SampleAsync();
        var good = JournalFormat.Decode(whole, Path).Entries;
        var random = new Random(7);
        for (var trial = 0; trial < 10_000; trial++)
        {
            var bad = (byte[])whole.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                var content = JournalFormat.Decode(bad, Path);
                // Only the last record can look torn; what is accepted is a true prefix.
                Assert.Equal(good.Count - 1, content.Entries.Count);
                Assert.True(content.TornBytes > 0);
                Assert.Equal(good.Take(content.Entries.Count).Select(JournalFormat.Encode), content.Entries.Select(JournalFormat.Encode));
            }
            catch (LedgerException)
            {
            }
        }
    }

    [Fact]
    public async Task A_torn_tail_is_cut_off_and_told()
    {
        var files = new MemoryLedgerFiles();
        var whole = await SampleAsync();
        files.Overwrite(Path, whole[..^3]);

        await using (var journal = (await Journal.TryTakeAsync(Store(files), "r1", "alice", TimeProvider.System))!)
        {
            Assert.True(journal.TornBytes > 0);
            await journal.WriteDurablyAsync(Ended("after"));
        }

        Assert.Equal("after", Assert.IsType<TargetEnded>(JournalFormat.Decode(files.TryRead(Path)!, Path).Entries[^1]).Target);
    }

    [Fact]
    public void A_newer_schema_is_refused()
        => Assert.Throws<LedgerException>(() => JournalFormat.Decode(JournalFormat.Encode(new JournalHeader(JournalFormat.Schema + 1, "r1")), Path));

    [Fact]
    public async Task Real_files_are_the_owners_alone()
    {
        var folder = Directory.CreateTempSubdirectory("ledger");
        try
        {
            var files = new LedgerFiles();
            var store = new RunStore(files, System.IO.Path.Combine(folder.FullName, "state"), new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(1) });
            await using (await store.CreateAsync("r1", Sample.Started() with { Phases = [new JournalPhase("Phase", "")] }, TestContext.Current.CancellationToken))
            {
                Assert.Throws<TargetLockedException>(() => store.OpenAsync("r1", "bob", TestContext.Current.CancellationToken).GetAwaiter().GetResult());
                Assert.Equal(RunState.Running, Assert.Single(store.List()).State);
            }

            Assert.Equal(RunState.Interrupted, store.Describe("r1").State);
            if (OperatingSystem.IsWindows())
                return;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(System.IO.Path.Combine(store.FolderOf("r1"), "journal")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(store.FolderOf("r1")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_damaged_journal_is_told_and_the_other_runs_are_listed()
    {
        var files = new MemoryLedgerFiles();
        var store = new RunStore(files, "/state", new FakeTimeProvider());
        foreach (var runId in (string[])["r1", "r2", "r3"])
            await (await store.CreateAsync(runId, Sample.Started(), TestContext.Current.CancellationToken)).DisposeAsync();
        var journal = System.IO.Path.Combine(store.FolderOf("r2"), "journal");
        var content = files.TryRead(journal)!;
        content[12] ^= 1;
        files.Overwrite(journal, content);

        var damaged = new List<(string RunId, string Message)>();
        Assert.Equal(["r3", "r1"], store.List((runId, e) => damaged.Add((runId, e.Message))).Select(run => run.RunId));
        Assert.Equal("r2", Assert.Single(damaged).RunId);
        Assert.Contains(journal, damaged[0].Message, StringComparison.Ordinal);
        Assert.Throws<LedgerException>(() => store.List().ToList());
    }

    [Fact]
    public async Task A_script_whose_process_died_tells_what_is_known_of_its_targets()
    {
        var store = new RunStore(new MemoryLedgerFiles(), "/state", new FakeTimeProvider());
        await using (var ledger = await store.CreateAsync("r1", Sample.Started() with { Phases = [], Targets = [] }, TestContext.Current.CancellationToken))
        {
            foreach (var target in (string[])["hv1", "hv2", "hv3"])
                await ledger.WriteDurablyAsync(Begun(target, "light"));
            await ledger.WriteDurablyAsync(Done("hv1", StepOutcome.Done));
            await ledger.WriteDurablyAsync(Done("hv2", StepOutcome.Failed));
            await ledger.WriteDurablyAsync(Begun("hv4", "light") with { IsUnseen = true });
            Assert.Equal(RunState.Open, store.Describe("r1").State);
            Assert.Equal(
                [(RunState.Succeeded, null), (RunState.Failed, StepOutcome.Failed), (RunState.Running, null), (RunState.Running, (StepOutcome?)null)],
                store.Describe("r1").Targets.Select(target => (target.State, target.Outcome)));
        }

        var run = store.Describe("r1");
        Assert.Equal((RunState.Interrupted, RunKind.Script), (run.State, run.Kind));
        Assert.Equal(
            [(RunState.Succeeded, null), (RunState.Failed, StepOutcome.Failed), (RunState.Interrupted, null), (RunState.Failed, (StepOutcome?)StepOutcome.Unknown)],
            run.Targets.Select(target => (target.State, target.Outcome)));
        Assert.Equal("interrupted; starting it again looks what became of light", run.Targets[2].Message);
        Assert.Equal("Get-OpsStep r1 -Open | Resolve-OpsStep decides what is in doubt: light", run.Targets[3].Message);
        static Result Done(string target, StepOutcome outcome) => new(new StepKey(target, null, "light"), "light.switch", StepKind.Change, outcome, "");
    }

    [Fact]
    public async Task A_session_that_nobody_named_and_that_left_nothing_open_has_ended_with_its_process()
    {
        var store = new RunStore(new MemoryLedgerFiles(), "/state", new FakeTimeProvider());
        await using (var ledger = await store.CreateAsync("r1", Sample.Started() with { Phases = [], Targets = [] }, TestContext.Current.CancellationToken))
        {
            await ledger.WriteDurablyAsync(Begun("hv1", "light"));
            await ledger.WriteDurablyAsync(new Result(new StepKey("hv1", null, "light"), "light.switch", StepKind.Change, StepOutcome.Done, ""));
        }

        Assert.Equal(RunState.Succeeded, store.Describe("r1").State);
    }

    [Fact]
    public async Task What_a_killed_process_had_begun_is_interrupted_and_unknown_only_where_a_person_decides()
    {
        var store = new RunStore(new MemoryLedgerFiles(), "/state", new FakeTimeProvider());
        await using (var ledger = await store.CreateAsync("r1", Sample.Started() with { Phases = [new JournalPhase("Phase", "")], Targets = [new JournalTarget("hypervisor", "hv1", null)] }, TestContext.Current.CancellationToken))
        {
            await ledger.WriteDurablyAsync(new TargetStarted("hv1"));
            await ledger.WriteDurablyAsync(Begun("hv1", "light", "Phase"));
            Assert.Equal((StepOutcome.Running, "under way (off → on)"), Told(isUnderWay: true));
            Assert.Equal((RunState.Running, null, null), Target());
        }

        Assert.Equal((StepOutcome.Interrupted, "interrupted; Resume-OpsRun r1 looks whether it happened (off → on)"), Told(isUnderWay: false));
        Assert.Equal((RunState.Interrupted, null, "interrupted; Resume-OpsRun r1 looks what became of light"), Target());

        await using (var ledger = await store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken))
            await ledger.WriteDurablyAsync(Begun("hv1", "light", "Phase") with { IsUnseen = true });
        Assert.Equal(StepOutcome.Unknown, Told(isUnderWay: false).Outcome);
        Assert.Equal((RunState.Interrupted, StepOutcome.Unknown, "Get-OpsStep r1 -Open | Resolve-OpsStep decides what is in doubt: light"), Target());

        (StepOutcome Outcome, string Message) Told(bool isUnderWay) => StepRecords.From("r1", store.History("r1"), isUnderWay).Select(step => (step.Outcome, step.Message)).Single();

        (RunState, StepOutcome?, string?) Target() => store.Describe("r1").Targets.Where(target => target.Target == "hv1").Select(target => (target.State, target.Outcome, target.Message)).Single();
    }

    private static Intent Begun(string target, string step, string? phase = null) => new(new StepKey(target, phase, step), "light.switch", Nothing, Nothing, "off", "on");

    private static JsonElement Nothing { get; } = JsonSerializer.SerializeToElement(new { });

    private static FileLedgerStore Store(LedgerFiles files) => new(files, "/state", TimeProvider.System);

    private static TargetEnded Ended(string target) => new(target, RunState.Succeeded, "done");

    private static async Task<byte[]> SampleAsync()
    {
        var files = new MemoryLedgerFiles();
        await using (var journal = (await Journal.TryTakeAsync(Store(files), "r1", "alice", new FakeTimeProvider()))!)
        {
            await journal.WriteAsync(new JournalHeader(1, "r1"));
            await journal.WriteAsync(Sample.Started());
            for (var n = 0; n < 8; n++)
                await journal.WriteDurablyAsync(Ended($"hv{n}.example.org"));
        }

        return files.TryRead(Path)!;
    }

    private static List<int> RecordEnds(byte[] content)
    {
        var ends = new List<int>();
        for (var position = 0; position < content.Length; ends.Add(position))
            position += 8 + BitConverter.ToInt32(content, position);
        return ends;
    }
}
