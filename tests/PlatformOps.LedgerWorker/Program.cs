using System.Globalization;
using Npgsql;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.PostgreSql;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

// A process with many owners, each a run of its own on a target of its own, that is stopped and killed by a test.
// LedgerWorker <socket folder> <database> <user> <password> <lease, ms> <state folder>, and on its input:
//   own <target>…         takes each, says "taken", and works on until every lock is lost: "lost"
//   some <n> <target>…    takes each as soon as it can, makes n effects, gives it back: "done"
var (time, stop) = (TimeProvider.System, CancellationToken.None);
await using var store = new DatabaseLedger(new SharedLedgerOptions
{
    Host = args[0],
    Database = args[1],
    UserName = args[2],
    Password = _ => Task.FromResult(args[3]),
    Lease = TimeSpan.FromMilliseconds(int.Parse(args[4], CultureInfo.InvariantCulture)),
    Patience = TimeSpan.FromMinutes(2),
    Time = time,
});
await store.PrepareAsync(stop);
await using var world = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder { Host = args[0], Database = args[1], Username = args[2], Password = args[3], MaxPoolSize = 10 });
var runs = new RunStore(new LedgerFiles(), args[5], time, shared: store);
Console.WriteLine("ready");
while (Console.ReadLine() is { } line)
{
    switch (line.Split(' '))
    {
        case ["own", .. var targets]:
            var (taken, told) = (0, new TaskCompletionSource());
            var working = targets.Select(target => Task.Run(() => WorkAsync(target, int.MaxValue, () =>
            {
                if (Interlocked.Increment(ref taken) == targets.Length)
                    told.SetResult();
            }))).ToList();
            await await Task.WhenAny(told.Task, Task.WhenAll(working));
            Console.WriteLine("taken");
            var ends = await Task.WhenAll(working);
            Console.WriteLine(Array.TrueForAll(ends, end => end.Contains("was lost", StringComparison.Ordinal)) ? "lost" : $"failed {string.Join(" | ", ends.Distinct())}");
            break;
        case ["some", var count, .. var targets]:
            var all = await Task.WhenAll(targets.Select(target => Task.Run(() => WorkAsync(target, int.Parse(count, CultureInfo.InvariantCulture), () => { }))));
            Console.WriteLine(Array.TrueForAll(all, end => end.Length == 0) ? "done" : $"failed {string.Join(" | ", all.Distinct())}");
            break;
    }
}

async Task<string> WorkAsync(string target, int effects, Action onTaken)
{
    var runId = $"{target}-{Environment.ProcessId}";
    await using var ledger = await runs.CreateAsync(runId, new RunStarted(new JournalIdentity("trial", "alice", "al", "test", default, default), [new JournalPhase("Trial", "")], [new JournalTarget("hypervisor", target, null)]), default);
    TargetLock? held = null;
    while (held is null)
    {
        try
        {
            held = await ledger.LockAsync($"hypervisor:{target}", stop, target);
        }
        catch (TargetLockedException)
        {
            await Task.Delay(20);
        }
    }

    onTaken();
    // The outside world knows nothing of tokens: it does what it is told.
    var light = new Light
    {
        OnApply = () =>
        {
            using var told = world.CreateCommand("insert into world (run_id) values ($1)");
            told.Parameters.Add(new NpgsqlParameter { Value = runId });
            told.ExecuteNonQuery();
        },
    };
    var gate = new Gate(ledger, new EffectGuard(new TargetPolicy { Environment = "test" }, new KillSwitch(store, time), time), time);
    using (held)
    {
        for (var effect = 0; effect < effects; effect++)
        {
            var context = TestRun.Context(time, light, target, step: $"s{effect}");
            var end = await gate.RunAsync(new SwitchLight(), context, new SwitchLight.Parameters { To = effect % 2 == 0 ? "on" : "off" }, default, [held], stop);
            if (end.Outcome != StepOutcome.Done)
                return end.Message;
        }
    }

    return "";
}
