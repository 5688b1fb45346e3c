using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Runbooks;

/// <summary>Waits for a person: the run stops as Waiting and goes on with <c>Resume-OpsRun -Approve</c>.</summary>
internal sealed class ApprovalWait : Wait<ApprovalWait.Parameters>
{
    public override string Name => "run.approval";

    public override string Summary => "Approval by a person";

    protected override TimeSpan StayFor(Parameters parameters) => TimeSpan.Zero;

    protected override Task<WaitResult> LookAsync(ActionContext context, Parameters parameters, CancellationToken cancellationToken)
        => Task.FromResult(new WaitResult(context.IsApproved, context.IsApproved ? "approved" : $"Resume-OpsRun {context.Run.RunId} -Approve: {parameters.Ask}"));

    internal sealed record Parameters
    {
        /// <summary>What the person is asked.</summary>
        [MinLength(1)]
        public required string Ask { get; init; }
    }
}
