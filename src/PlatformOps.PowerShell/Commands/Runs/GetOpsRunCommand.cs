using System.Management.Automation;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Gets runs from the ledger, newest first.</summary>
/// <remarks>
/// <para>A run is read from its journal: nothing is asked of any service. Running is one that a living process works on; Interrupted is one whose process ended before it did, and Resume-OpsRun goes on with it. What a session changes by single cmdlets is a run too, of the kind Script: it is Open until the session ends, and there is nothing in it to resume. One whose journal is damaged is an error, and the others are listed.</para>
/// </remarks>
/// <example>
/// <summary>What did not end well, or waits</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun -State Failed, Waiting, Interrupted
/// </code>
/// </example>
/// <example>
/// <summary>The newest run of runbooks, whatever this session changed since</summary>
/// <code>Get-OpsRun -Kind Runbook | Select-Object -First 1</code>
/// </example>
/// <example>
/// <summary>The last run that worked on a hypervisor, target by target</summary>
/// <code>Get-OpsRun -Target hv01* | Select-Object -First 1 -ExpandProperty Targets</code>
/// </example>
/// <seealso cref="GetOpsStepCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsRun")]
[OutputType(typeof(OpsRun))]
public sealed class GetOpsRunCommand : SessionCmdlet
{
    /// <summary>The runs, by identifier, by a part of it that only one has, or with wildcards.</summary>
    /// <value>Every run</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [RunIdTransformation]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] RunId { get; set; } = ["*"];

    /// <summary>Only runs in these states.</summary>
    [Parameter]
    public new RunState[]? State { get; set; }

    /// <summary>Only runs of this kind: Runbook, which Resume-OpsRun goes on with, or Script, what sessions changed by single cmdlets.</summary>
    /// <value>Both</value>
    [Parameter]
    public RunKind? Kind { get; set; }

    /// <summary>Only runs with such a target; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunTargetCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Target { get; set; }

    /// <summary>The state folder to read, such as that of another machine; needs no session.</summary>
    /// <value>The session's state folder</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StateFolder { get; set; }

    private protected override bool NeedsSession => StateFolder is null;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var store = StateFolder is null ? Scope.Store : new RunStore(new LedgerFiles(), this.FilePath(StateFolder), Time);
        var targets = Target?.Select(target => WildcardPattern.Get(target, WildcardOptions.IgnoreCase)).ToList();
        foreach (var given in RunId)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(given))
            {
                await EmitAsync(() => store.Describe(given), targets);
                continue;
            }

            var pattern = WildcardPattern.Get(given, WildcardOptions.IgnoreCase);
            foreach (var id in store.Ids().Where(pattern.IsMatch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await EmitAsync(() => store.TryDescribe(id), targets);
            }
        }
    }

    private async ValueTask EmitAsync(Func<OpsRun?> describe, List<WildcardPattern>? targets)
    {
        OpsRun? run;
        try
        {
            run = describe();
        }
        catch (OpsException e)
        {
            await WriteErrorAsync(e);
            return;
        }

        if (run is not null && State?.Contains(run.State) != false && (Kind is null || run.Kind == Kind) && (targets is null || run.Targets.Any(target => targets.Exists(pattern => pattern.IsMatch(target.Target)))))
            await WriteObjectAsync(run);
    }
}
