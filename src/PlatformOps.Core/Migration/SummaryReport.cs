using System.Globalization;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>The hypervisor's way through the migration as this ledger knows it: its runs, who made them, how they ended.</summary>
internal sealed class SummaryReport : Report<NoParameters>
{
    public override string Name => "hypervisor.summary";

    public override string Summary => "summary of the migration";

    protected override Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var runs = context.Client<RunStore>().List()
            .Where(run => run.Runbooks.Length > 0 && run.Targets.Any(target => Same(target.Target, context.Target.Name)))
            .OrderBy(run => run.StartedAt);
        foreach (var run in runs)
        {
            var target = run.Targets.First(one => Same(one.Target, context.Target.Name));
            text.Append(run.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)).Append(" UTC  ").Append(run.RunId).Append("  ")
                .AppendJoin(", ", run.Runbooks).Append("  by ").Append(run.StartedBy).Append("  ")
                .Append(run.RunId == context.Run.RunId ? RunState.Running : target.State).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"Back in service since {context.Time.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm} UTC; the window until {context.Run.WindowEnd.UtcDateTime:yyyy-MM-dd} is closed.");
        return Task.FromResult(text.ToString());
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
