using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Migration;

/// <summary>Reads the list of hypervisors to migrate.</summary>
/// <remarks>
/// <para>A line is a fully qualified name and a ticket key, with any white space between them. Blank lines and comments, which begin with #, are left out; the key may be missing where no ticket is needed.</para>
/// <para>The whole file is read and checked before the first target is emitted. A malformed line, or a host that comes twice, is a terminating error that names the file and the line; so is a list that is not there, or that names nobody.</para>
/// </remarks>
/// <example>
/// <summary>Read a list</summary>
/// <code>
/// $lab = Start-OpsLab
/// Import-MigrationList $lab.ListPath
/// </code>
/// <para>Emits one target for each line, in the order of the file.</para>
/// </example>
/// <example>
/// <summary>The hypervisors that have no ticket yet</summary>
/// <code>Import-MigrationList $lab.ListPath | Where-Object { -not $_.TicketId }</code>
/// </example>
/// <seealso cref="ExportMigrationListCommand"/>
[Cmdlet(VerbsData.Import, "MigrationList")]
[OutputType(typeof(MigrationTarget))]
public sealed class ImportMigrationListCommand : AsyncCmdlet
{
    /// <summary>The list file. Wildcards are not expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    private protected override string? CurrentTarget => Path;

    private protected override bool EndsPipeline(Exception exception) => true;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var file = this.FilePath(Path);
        var name = System.IO.Path.GetFileName(file);
        await WriteObjectsAsync((await MigrationList.ReadAsync(file, cancellationToken)).Select(target => target with { ListName = name }));
    }
}
