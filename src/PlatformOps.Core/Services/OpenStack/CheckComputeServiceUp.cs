using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="ServiceId">The id that its record had; another one means that the record was made anew.</param>
internal sealed record CheckComputeServiceUpParameters(string? ServiceId = null);

/// <summary>Whether nova-compute of the hypervisor reports to Nova, and under the record that it had.</summary>
internal sealed class CheckComputeServiceUp : Check<CheckComputeServiceUpParameters>
{
    public override string Name => "openstack.compute-service.up";

    public override string Summary => "nova-compute up";

    public override IReadOnlyList<string> LooksAt => [DisableComputeService.SubjectName, MachineSubjects.System];

    public override IReadOnlyList<string> Needs => ["openstack"];

    /// <summary>Why the record is not the one expected; null where it is.</summary>
    internal static string? AnotherRecord(ComputeService service, string? expected)
        => expected is null || string.Equals(service.Id, expected, StringComparison.OrdinalIgnoreCase) ? null
            : $"nova-compute on '{service.HypervisorName}' has the record {service.Id}, not {expected}: it was made anew, and aggregates, traits and the claim of the old one are gone with it";

    internal static string Describe(ComputeService service)
        => $"nova-compute on '{service.HypervisorName}' (id {service.Id}) is {service.State}{(service.ForcedDown ? ", forced down by a person" : "")}{(service.UpdatedAt is { } time ? $", last heard of at {time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}";

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckComputeServiceUpParameters parameters, CancellationToken cancellationToken)
    {
        ComputeService service;
        try
        {
            service = await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken);
        }
        catch (ServiceException e)
        {
            return CheckResult.Unknown($"Nova could not be asked: {e.Message}");
        }
        catch (Exception e) when (e is ObjectNotFoundException or AmbiguousNameException)
        {
            return CheckResult.Failed(e.Message);
        }

        return AnotherRecord(service, parameters.ServiceId) is { } another ? CheckResult.Failed(another)
            : service.State switch
            {
                "up" => CheckResult.Passed(Describe(service)),
                "down" => CheckResult.Failed(Describe(service)),
                _ => CheckResult.Unknown(Describe(service)),
            };
    }
}
