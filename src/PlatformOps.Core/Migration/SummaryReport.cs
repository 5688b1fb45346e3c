using System.Globalization;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>The hypervisor's way through the migration as this ledger knows it: its runs, who made them, how they ended. What it does not know is left out.</summary>
internal sealed class SummaryReport : Report<NoParameters>
{
    public override string Name => "hypervisor.summary";

    public override string Summary => "summary of the migration";

    protected override Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var store = context.Client<RunStore>();
        var text = new StringBuilder();
        (DateTimeOffset Taken, DateTimeOffset WindowEnd)? dossier = null;
        DateTimeOffset? enabled = null;
        foreach (var run in store.List((runId, e) => text.Append(CultureInfo.InvariantCulture, $"{runId} cannot be read: {e.Message}\n")).OrderBy(run => run.StartedAt))
        {
            if (run.Targets.FirstOrDefault(target => Same(target.Target, context.Target.Name)) is not { } target)
                continue;
            if (run.Runbooks.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"{Minute(run.StartedAt)}  {run.RunId}  {string.Join(", ", run.Runbooks)}  by {run.StartedBy}  {(run.RunId == context.Run.RunId ? RunState.Running : target.State)}\n");
            var history = store.History(run.RunId);
            foreach (var step in history.Target(target.Target).Steps.Where(step => step.MadeResult is not null))
            {
                if (step.Made!.Action == TakeDossier.ActionName)
                    dossier = (step.MadeResult!.At, history.Started!.Identity.WindowEnd);
                else if (step.Made.Action == EnableComputeService.ActionName)
                    enabled = step.MadeResult!.At;
            }
        }

        // An earlier migration's is another story.
        if (enabled is { } since && !(since < dossier?.Taken))
            text.Append(CultureInfo.InvariantCulture, $"Back in service since {Minute(since)}.\n");
        if (dossier is { WindowEnd: var end })
            text.Append(CultureInfo.InvariantCulture, $"The window until {end.UtcDateTime:yyyy-MM-dd} is closed.\n");
        return Task.FromResult(text.ToString().TrimEnd());
    }

    private static string Minute(DateTimeOffset time) => $"{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC";

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
