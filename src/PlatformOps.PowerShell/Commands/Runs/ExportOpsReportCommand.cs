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
/// <para>Where -Path is a folder, or ends with a slash, each run gets a file of its own in it, named after the run. A new file is readable by you alone; one that is there is replaced and keeps its mode. Path and run may be given in either order.</para>
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
/// <example>
/// <summary>The runs of a day, each in a file of a new folder</summary>
/// <code>Export-OpsReport "$(Get-Date -Format yyyyMMdd)*" ./reports/ -Confirm:$false</code>
/// </example>
/// <seealso cref="GetOpsStepCommand"/>
[Cmdlet(VerbsData.Export, "OpsReport", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed class ExportOpsReportCommand : SessionCmdlet
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private bool _isTold;

    /// <summary>The file to write, or a folder; one that ends with a slash is made where it is missing.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The run, as an object, by identifier, or by a part of it that only one has; or a pattern of identifiers.</summary>
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
        // "Export-OpsReport <run> <file>" is what the other cmdlets of runs make one type.
        if (RunId is [var second] && !IsRun(second) && IsRun(Path))
            (Path, RunId) = (second, [Path]);
        var path = this.FilePath(Path);
        var isFolder = Path[^1] is '/' or '\\' || Directory.Exists(path);
        var format = Format is not null ? Enum.Parse<ReportFormat>(Format, ignoreCase: true) : isFolder ? ReportFormat.Html : ReportFormats.Of(path);
        foreach (var given in RunId.SelectMany(Matching))
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

    private IEnumerable<string> Matching(string given)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(given))
            return [given];
        var pattern = WildcardPattern.Get(given, WildcardOptions.IgnoreCase);
        List<string> found = [.. Scope.Store.Ids().Where(pattern.IsMatch)];
        return found.Count > 0 ? found : throw new ObjectNotFoundException($"No run matches '{given}': Get-OpsRun lists runs.") { TargetName = given };
    }

    private bool IsRun(string text)
    {
        if (WildcardPattern.ContainsWildcardCharacters(text))
            return Scope.Store.Ids().Any(WildcardPattern.Get(text, WildcardOptions.IgnoreCase).IsMatch);
        try
        {
            return Scope.Store.Find(text).Length > 0;
        }
        catch (Exception e) when (e is ObjectNotFoundException or AmbiguousNameException)
        {
            return e is AmbiguousNameException;
        }
    }

    private async ValueTask WriteAsync(RunReport report, string file, ReportFormat format, CancellationToken cancellationToken)
    {
        if (_written.Contains(file))
        {
            // Once, however many runs come.
            if (_isTold)
                return;
            _isTold = true;
            throw new SourceException($"The report of another run was just written to it, and {report.Run.RunId} would replace that. Give a folder as -Path (./reports/): each run then gets a file of its own.", file);
        }

        if (NoClobber && File.Exists(file))
            throw new SourceException("It exists already. Leave -NoClobber away to replace it.", file);
        _written.Add(file);
        if (!await ShouldProcessAsync(file, $"Write the report of run {report.Run.RunId} ({report.Run.Name})"))
            return;
        if (Path[^1] is '/' or '\\')
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        WholeFile.WriteText(file, Scope.Secrets.Redactor.Clean(report.Render(format)), File.Exists(file) ? null : WholeFile.OwnerOnly);
        if (PassThru)
            await WriteObjectAsync(new FileInfo(file));
    }
}
