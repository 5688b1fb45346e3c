using PlatformOps.Lab.Control;
using PlatformOps.Lab.Faults;
using PlatformOps.Lab.Hosts;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab;

/// <summary>What the services of one lab share.</summary>
internal sealed record LabContext(LabOptions Options, LabWorld World, LabClock Clock, CallJournal Journal, FaultBoard Faults)
{
    /// <summary>The lab's own address with a trailing slash; known once it listens.</summary>
    public Uri Address { get; set; } = new("http://127.0.0.1/");

    /// <summary>Where BMCs are reached, with a trailing slash, and the SHA-256 thumbprint of their certificate where that is over TLS.</summary>
    public (Uri Address, string? Thumbprint) Bmcs { get => field.Address is null ? (Address, null) : field; set; }

    /// <summary>Waits as long as the delays among the faults say, in the client's time: its deadline runs meanwhile.</summary>
    public async Task DelayAsync(IEnumerable<Fault> faults, CancellationToken cancellationToken)
    {
        foreach (var delay in faults.Where(fault => fault.Kind == FaultKind.Delay))
            await Task.Delay(TimeSpan.FromSeconds(delay.Seconds), Options.Time, cancellationToken);
    }

    /// <summary>The simulated hosts; known before anything listens.</summary>
    public HostFleet Hosts { get => field ?? throw new InvalidOperationException("The lab has no hosts yet."); set; }
}
