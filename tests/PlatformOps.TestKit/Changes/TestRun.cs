using PlatformOps.Core.Changes;

namespace PlatformOps.TestKit.Changes;

/// <summary>What actions are given in tests.</summary>
internal static class TestRun
{
    public static RunIdentity Identity(string runId = "r1") => new()
    {
        RunId = runId,
        Name = "test",
        Person = "alice",
        Initials = "al",
        Environment = "test",
        Machine = "ops1",
        WindowStart = new DateTimeOffset(2026, 11, 18, 12, 0, 0, TimeSpan.Zero),
        WindowEnd = new DateTimeOffset(2026, 12, 16, 12, 0, 0, TimeSpan.Zero),
    };

    public static ActionContext Context(TimeProvider time, object client, string target = "hv1", string? ticket = null, string step = "step", string? phase = "Test") => new()
    {
        Target = new ActionTarget("hypervisor", target, ticket),
        Run = Identity(),
        Phase = phase,
        Step = step,
        Clients = new OneClient(client),
        Time = time,
        Log = new RecordingLog(),
    };

    /// <summary>For an action of several clients.</summary>
    public static ActionContext Context(TimeProvider time, object client, object another) => new()
    {
        Target = new ActionTarget("hypervisor", "hv1"),
        Run = Identity(),
        Phase = "Test",
        Step = "step",
        Clients = new SeveralClients(client, another),
        Time = time,
        Log = new RecordingLog(),
    };

    internal sealed class SeveralClients(params object[] clients) : IClients
    {
        public T Get<T>()
            where T : class
            => clients.OfType<T>().Single();
    }

    internal sealed class OneClient(object client) : IClients
    {
        public T Get<T>()
            where T : class
            => (T)client;
    }
}
