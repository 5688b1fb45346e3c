using PlatformOps.Lab.Control;
using PlatformOps.Lab.Faults;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab;

/// <summary>What the services of one lab share.</summary>
internal sealed record LabContext(LabOptions Options, LabWorld World, LabClock Clock, CallJournal Journal, FaultBoard Faults)
{
    /// <summary>The lab's own address with a trailing slash; known once it listens.</summary>
    public Uri Address { get; set; } = new("http://127.0.0.1/");
}
