using System.Management.Automation;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that take runs of the ledger, one after another: what is wrong with one does not keep the others.</summary>
public abstract class RunIdCmdlet : RunCmdlet
{
    /// <summary>The run, as an object, by identifier, or by a part of it that only one has.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [RunIdTransformation]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] RunId { get; set; } = [];

    /// <summary>The runs of this object of the pipeline.</summary>
    private protected virtual IReadOnlyList<string> Runs() => RunId;

    /// <summary>Works on one run.</summary>
    /// <param name="given">The run as it was given.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private protected abstract ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken);

    /// <summary>What is wrong with one run.</summary>
    private protected virtual ValueTask FailAsync(OpsException exception, string given) => WriteErrorAsync(exception, given);

    private protected sealed override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (var given in Runs())
        {
            try
            {
                await ProcessRunAsync(given, cancellationToken);
            }
            catch (OpsException e) when (e is LedgerException || !EndsPipeline(e))
            {
                await FailAsync(e, given);
            }
        }
    }
}
