using System.Management.Automation;
using PlatformOps.Core.Files;
using PlatformOps.Core.Migration;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Migration;

/// <summary>Writes ticket keys into the list of hypervisors to migrate.</summary>
/// <remarks>
/// <para>Only adds the keys that lines of the file lack: comments, blank lines and the order stay, and a key that is there is never replaced. A new file is written as one line for each target.</para>
/// <para>Everything is collected and checked first, and the file is replaced in one step: it is never half written.</para>
/// </remarks>
/// <example>
/// <summary>Add the keys of new tickets to the list they came from</summary>
/// <code>Import-MigrationList ./hypervisors.txt | New-MigrationTicket -Confirm:$false | Export-MigrationList ./hypervisors.txt -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>Write a list of one model's hypervisors</summary>
/// <code>Import-MigrationList ./all.txt | Where-Object HypervisorName -like 'hv1*' | Export-MigrationList ./first.txt -WhatIf</code>
/// <para>Shows what would be written; without -WhatIf it is.</para>
/// </example>
/// <seealso cref="ImportMigrationListCommand"/>
[Cmdlet(VerbsData.Export, "MigrationList", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationTarget))]
public sealed class ExportMigrationListCommand : AsyncCmdlet
{
    private readonly List<MigrationTarget> _targets = [];

    /// <summary>The list file; it need not exist. Wildcards are not expanded.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The targets with their ticket keys.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public MigrationTarget[] Target { get; set; } = [];

    /// <summary>Adds targets that are not in the file yet at its end; without it, one is an error.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Emits the targets once they are written. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? CurrentTarget => Path;

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        _targets.AddRange(Target);
        return default;
    }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var file = this.FilePath(Path);
        var exists = File.Exists(file);
        var before = exists ? await File.ReadAllTextAsync(file, cancellationToken) : "";
        var after = MigrationList.WithKeys(before, file, _targets, Append || !exists);
        if (after != before)
        {
            if (!await ShouldProcessAsync(file, exists ? "Add ticket keys" : $"Write a list of {_targets.Count} hypervisors"))
                return;
            WholeFile.WriteText(file, after);
        }
        if (PassThru)
            await WriteObjectsAsync(_targets);
    }
}
