using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="ServiceId">The id that its record had; another one ends the waiting with an error.</param>
/// <param name="Within">How long to look before the run stops as Waiting; by default 10 minutes.</param>
internal sealed record AwaitComputeServiceUpParameters(string? ServiceId = null, TimeSpan? Within = null);

/// <summary>Waits until nova-compute of the hypervisor reports to Nova, as it does a while after a deployment.</summary>
internal sealed class AwaitComputeServiceUp : Wait<AwaitComputeServiceUpParameters>
{
    public override string Name => "openstack.compute-service.wait-up";

    public override string Summary => "nova-compute up";

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override TimeSpan StayFor(AwaitComputeServiceUpParameters parameters) => parameters.Within ?? TimeSpan.FromMinutes(10);

    protected override async Task<WaitResult> LookAsync(ActionContext context, AwaitComputeServiceUpParameters parameters, CancellationToken cancellationToken)
    {
        string now;
        try
        {
            var service = await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken);
            if (CheckComputeServiceUp.AnotherRecord(service, parameters.ServiceId) is { } another)
                throw new StepFailedException($"{another}.") { TargetName = context.Target.Name };
            now = CheckComputeServiceUp.Describe(service);
            if (service.State == "up")
                return new WaitResult(true, now);
        }
        catch (OpsException e) when (e is ObjectNotFoundException || e is ServiceException { StatusCode: 0 or >= 500, FaultCode: not "endpointNotFound" })
        {
            // A deployment restarts Nova's own services, too.
            now = e.Message;
        }

        return new WaitResult(false, $"Resume-OpsRun {context.Run.RunId} looks again: nova-compute is not up: {now}");
    }
}
