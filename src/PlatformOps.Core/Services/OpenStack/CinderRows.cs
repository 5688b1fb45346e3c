namespace PlatformOps.Core.Services.OpenStack;

// The rows as Cinder sends them (Block Storage API reference v3, "Services").

internal sealed record CinderServices(IReadOnlyList<CinderService>? Services);

/// <param name="Host">A machine's name; of cinder-volume with its backend behind it: <c>hv1@lvm</c>.</param>
internal sealed record CinderService(string? Binary, string? Host, string? Status, string? State);
