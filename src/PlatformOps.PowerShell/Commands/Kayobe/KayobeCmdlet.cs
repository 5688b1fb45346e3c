using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Kayobe;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Kayobe;

/// <summary>The base of cmdlets that run Kayobe: its output streams as verbose lines, and what became of each host is emitted, beside an error if there is one.</summary>
public abstract class KayobeCmdlet : EffectCmdlet
{
    /// <summary>Variables for Ansible (--extra-vars), by name. They are in process lists and in the ledger, so no secret belongs into them.</summary>
    [Parameter]
    public Hashtable? ExtraVar { get; set; }

    private protected Dictionary<string, string> Variables()
        => ExtraVar?.Cast<DictionaryEntry>().ToDictionary(
            entry => Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "",
            entry => entry.Value is bool flag ? flag ? "true" : "false" : Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? "",
            StringComparer.Ordinal) ?? [];

    /// <summary>Runs it on hosts.</summary>
    /// <param name="make">Makes the change with who listens to it.</param>
    /// <param name="command">What it is called in the results.</param>
    /// <param name="parameters">Of the change.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Leaves it running.</param>
    private protected async ValueTask RunAsync(Func<object, object> make, string command, object parameters, IReadOnlyList<string> hosts, CancellationToken cancellationToken)
    {
        ActionTarget[] batch = [.. hosts.Select(host => new ActionTarget(ActionTarget.Host, host))];
        var lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        KayobeResult? result = null;
        var change = (Change)make(new KayobeCall(line => lines.Writer.TryWrite(line), ended => result = ended));
        var showing = ShowAsync(lines.Reader);
        try
        {
            await Effects.ApplyAsync(change, batch.Length == 1 ? batch[0] : ActionTarget.OfBatch(batch), parameters, cancellationToken, batch);
        }
        finally
        {
            lines.Writer.Complete();
            await showing;
            if (result is not null)
                await WriteObjectsAsync(hosts.Zip(result.Hosts, (host, name) => ToModel(host, name, command, result)));
        }
    }

    private async Task ShowAsync(ChannelReader<string> lines)
    {
        await foreach (var line in lines.ReadAllAsync(CancellationToken.None))
            await WriteVerboseAsync(line);
    }

    private static KayobeHostResult ToModel(string host, string name, string command, KayobeResult result)
    {
        var recap = result.Recaps.GetValueOrDefault(name);
        return new KayobeHostResult
        {
            HostName = host,
            InventoryName = name,
            Command = command,
            Outcome = result.ExitStatus is null ? StepOutcome.Unknown : recap is { Failed: 0, Unreachable: 0 } ? StepOutcome.Done : StepOutcome.Failed,
            Ok = recap?.Ok ?? 0,
            Changed = recap?.Changed ?? 0,
            Unreachable = recap?.Unreachable ?? 0,
            Failed = recap?.Failed ?? 0,
            Skipped = recap?.Skipped ?? 0,
            Rescued = recap?.Rescued ?? 0,
            Ignored = recap?.Ignored ?? 0,
            ExitStatus = result.ExitStatus,
            Duration = result.Duration,
        };
    }
}
