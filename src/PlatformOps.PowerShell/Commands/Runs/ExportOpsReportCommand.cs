using System.Management.Automation;
using PlatformOps.Core.Files;
using PlatformOps.Core.Reports;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Writes a report of a run: one HTML file that needs nothing else, Markdown, or JSON.</summary>
/// <remarks>
/// <para>It has a summary, what a person must look at, a timeline and the steps of each target with what they changed. Times are UTC. The HTML loads nothing and runs nothing: it may be attached to tickets, read on a phone, and printed.</para>
/// <para>Where -Path is a folder, each run gets a file of its own in it, named after the run. A file that is there is replaced.</para>
/// </remarks>
/// <example>
/// <summary>A report of the newest run</summary>
/// <code>
/// $lab = Start-OpsLab
/// Connect-PlatformOps $lab.ConfigurationPath
/// Import-MigrationList $lab.ListPath | Select-Object -First 3 | Invoke-MigrationStep Noops -Confirm:$false | Out-Null
/// Get-OpsRun | Select-Object -First 1 | Export-OpsReport ./report.html -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <summary>One Markdown file for each run that failed, in the current folder</summary>
/// <code>Get-OpsRun -State Failed | Export-OpsReport . -Format Markdown -PassThru</code>
/// </example>
/// <seealso cref="GetOpsStepCommand"/>
[Cmdlet(VerbsData.Export, "OpsReport", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed class ExportOpsReportCommand : SessionCmdlet
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>The file to write, or a folder.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The run, as an object, by identifier, or by a part of it that only one has.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [RunIdTransformation]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] RunId { get; set; } = [];

    /// <summary>How it is written.</summary>
    /// <value>By the extension of -Path: .html, .md or .json; Html in a folder</value>
    [Parameter]
    [ValidateSet("Html", "Markdown", "Json")]
    public string? Format { get; set; }

    /// <summary>Leaves a file that is there, which is then an error.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Emits the file. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? CurrentTarget => Path;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var path = this.FilePath(Path);
        var isFolder = Directory.Exists(path);
        var format = Format is not null ? Enum.Parse<ReportFormat>(Format, ignoreCase: true) : isFolder ? ReportFormat.Html : ReportFormats.Of(path);
        foreach (var given in RunId)
        {
            try
            {
                var report = RunReport.Read(Scope.Store, given, Time);
                var file = isFolder ? System.IO.Path.Combine(path, report.Run.RunId + ReportFormats.ExtensionOf(format)) : path;
                await WriteAsync(report, file, format, cancellationToken);
            }
            catch (Exception e) when (e is OpsException or IOException or UnauthorizedAccessException)
            {
                await WriteErrorAsync(e, given);
            }
        }
    }

    private async ValueTask WriteAsync(RunReport report, string file, ReportFormat format, CancellationToken cancellationToken)
    {
        if (_written.Contains(file))
            throw new SourceException($"The report of another run was just written to it, and {report.Run.RunId} would replace that. Give a folder as -Path: each run then gets a file of its own.", file);
        if (NoClobber && File.Exists(file))
            throw new SourceException("It exists already. Leave -NoClobber away to replace it.", file);
        _written.Add(file);
        if (!await ShouldProcessAsync(file, $"Write the report of run {report.Run.RunId} ({report.Run.Name})"))
            return;
        WholeFile.WriteText(file, Scope.Secrets.Redactor.Clean(report.Render(format)));
        if (PassThru)
            await WriteObjectAsync(new FileInfo(file));
    }
}
