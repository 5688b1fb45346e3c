namespace PlatformOps.Lab.World;

/// <summary>A migration in Nova.</summary>
internal sealed class Migration
{
    public required int Id { get; init; }

    public required Guid Uuid { get; init; }

    /// <summary><c>live-migration</c> or <c>migration</c> (cold).</summary>
    public required string Type { get; init; }

    public required Server Server { get; init; }

    public required Hypervisor Source { get; init; }

    public required Hypervisor Destination { get; init; }

    /// <summary>The server's status before, to which a cold migration returns.</summary>
    public required string StatusBefore { get; init; }

    public string Status { get; set; } = "preparing";

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset Updated { get; set; }

    /// <summary>Ends the waiting: true completes at once, false aborts.</summary>
    public TaskCompletionSource<bool> Decision { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>While it goes on, and until a cold one is confirmed, the source holds an allocation in the migration's name.</summary>
    public bool IsOpen => Status is "preparing" or "running" or "migrating" or "post-migrating" or "finished";
}
