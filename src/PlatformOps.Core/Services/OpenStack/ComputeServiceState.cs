using PlatformOps.Compute;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>What the disable and enable of a compute service observe and record.</summary>
/// <param name="Host">The service's host.</param>
/// <param name="Id">Nova's id.</param>
/// <param name="IsDisabled">Whether it is disabled.</param>
/// <param name="Reason">Why, if it is.</param>
internal sealed record ComputeServiceState(string Host, string Id, bool IsDisabled, string? Reason)
{
    public static ComputeServiceState Of(ComputeService service)
        => new(service.HypervisorName, service.Id, service.Status == "disabled", service.Status == "disabled" ? service.DisabledReason : null);

    public ComputeService ToService() => new() { HypervisorName = Host, Id = Id, Status = IsDisabled ? "disabled" : "enabled", State = "unknown", DisabledReason = Reason };

    public override string ToString() => !IsDisabled ? "enabled" : string.IsNullOrEmpty(Reason) ? "disabled" : $"disabled (\"{Reason}\")";
}
