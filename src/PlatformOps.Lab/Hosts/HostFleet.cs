using System.Collections.Concurrent;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>The simulated hosts of a lab; one is made when somebody first looks at it.</summary>
internal sealed class HostFleet(LabContext lab, string operatorKey) : IDisposable
{
    private readonly ConcurrentDictionary<Machine, LabHost> _hosts = new();
    private readonly CancellationTokenSource _stop = new();

    public LabContext Lab => lab;

    public CancellationToken Stopped => _stop.Token;

    public LabHost Of(Machine machine)
    {
        lock (lab.World.Gate)
            return _hosts.GetOrAdd(machine, known => new LabHost(this, known, operatorKey));
    }

    public LabHost? Find(string name) => lab.World.FindMachine(name) is { } machine ? Of(machine) : null;

    public void Stop()
    {
        _stop.Cancel();
        foreach (var host in _hosts.Values)
            host.Stop();
    }

    public void Dispose() => _stop.Dispose();
}
