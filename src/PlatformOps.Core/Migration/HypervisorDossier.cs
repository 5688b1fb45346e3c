using System.Text.Json.Serialization;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Inventory;
using PlatformOps.Remote;

namespace PlatformOps.Core.Migration;

/// <summary>What later phases need of a hypervisor as it was before: who it is, what it held, what to put back. Kept in the state folder and attached to the ticket.</summary>
internal sealed record HypervisorDossier
{
    public const int CurrentSchema = 1;

    public int Schema { get; init; } = CurrentSchema;

    public required string HypervisorName { get; init; }

    public string? TicketId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>When something was added to it last, UTC.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>What tells the newest.</summary>
    [JsonIgnore]
    public DateTimeOffset AsOf => UpdatedAt ?? TakenAt;

    public required string TakenBy { get; init; }

    public required string RunId { get; init; }

    /// <summary>What the host told over SSH: serial, UUID, boot id, disks with their serials, NICs, compute_id.</summary>
    public required RemoteHostFact Host { get; init; }

    public required ComputeDossier Compute { get; init; }

    public required InventoryDevice Device { get; init; }

    /// <summary>Where its BMC is: resolved before the host leaves Aquilon, because its name goes with it.</summary>
    public string? BmcAddress { get; init; }

    /// <summary>The boot that the machine ran in when the installer was armed; null until then.</summary>
    public string? ArmedBootId { get; init; }

    /// <summary>The boot that has to be over before the machine can be installed anew.</summary>
    [JsonIgnore]
    public string? LastBootId => ArmedBootId ?? Host.BootId;

    /// <summary>What Aquilon had of it, as JSON, with the commands that put it back.</summary>
    public string? AquilonRecord { get; init; }

    /// <summary>The commit of the Kayobe configuration that it was adopted from.</summary>
    public string? KayobeCommit { get; init; }

    /// <summary>Which compute node it is to Nova: what nova-compute kept on the host or, where it kept nothing (before 2023.1), what Nova calls the node itself, which is the same from 2.53. Null where nobody told.</summary>
    [JsonIgnore]
    public Guid? ComputeNode => Guid.TryParse(Host.ComputeId ?? Compute.HypervisorId, out var id) ? id : null;
}
