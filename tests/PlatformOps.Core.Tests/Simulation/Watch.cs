using System.Collections.Concurrent;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Simulation;

/// <summary>Looks after every step at what must never be, and lets the world interfere before some.</summary>
/// <param name="mostOut">How many of an aggregate may be out of service; null where that is not limited.</param>
internal sealed class Watch(PhaseLab lab, Func<string, Task> interfere, int? mostOut) : IRunObserver
{
    // What the servers of a hypervisor do not survive.
    private static readonly string[] Deadly = ["kayobe.pxe", "aquilon.host.delete", "aquilon.machine.delete", "aquilon.install"];

    public ConcurrentQueue<string> Violations { get; } = [];

    public async ValueTask OnStepStartedAsync(ActionTarget target, string? phase, string step, CancellationToken cancellationToken) => await interfere(target.Name);

    public async ValueTask OnStepEndedAsync(StepRecord record, CancellationToken cancellationToken)
    {
        if (record.Outcome != StepOutcome.Done)
            return;
        if (Deadly.Contains(record.Step))
        {
            var host = await lab.HostAsync(record.Target);
            if (host.GetProperty("servers").GetInt32() is > 0 and var servers)
                Violations.Enqueue($"{record.Target} {record.Step}: it has {servers} servers");
        }

        if (mostOut is not { } most || !record.Step.StartsWith("openstack.compute-service", StringComparison.Ordinal))
            return;
        var aggregates = (await lab.HostsAsync()).Where(host => host.GetProperty("serviceDisabled").GetBoolean())
            .SelectMany(host => host.GetProperty("aggregates").EnumerateArray().Select(aggregate => aggregate.GetString()!)).GroupBy(aggregate => aggregate);
        foreach (var aggregate in aggregates.Where(aggregate => aggregate.Count() > most))
            Violations.Enqueue($"{record.Target} {record.Step}: {aggregate.Count()} hypervisors of {aggregate.Key} are out of service");
    }
}
