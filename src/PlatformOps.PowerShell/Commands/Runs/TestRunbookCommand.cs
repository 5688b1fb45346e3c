using System.Management.Automation;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Checks a runbook strictly, and runs nothing of it.</summary>
/// <remarks>
/// <para>An unknown action, an unknown, missing or wrong parameter, an unknown variable or a duplicate key is one error with file, line and column. What is right is emitted, with its steps.</para>
/// <para>A runbook that takes the place of a built-in one and has fewer guards for the same actions is told by a warning.</para>
/// <para>No session is needed, and no service is asked. about_PlatformOps_Runbooks says what a runbook may say.</para>
/// </remarks>
/// <example>
/// <summary>Check what you write</summary>
/// <code>
/// Set-Content ./check-os.yaml "runbook: site/check-os`ntarget: hypervisor`nsteps:`n  - check: host.os`n    with: { id: rocky, version: '9' }"
/// Test-Runbook ./check-os.yaml
/// </code>
/// </example>
/// <example>
/// <summary>Check a folder of them in CI</summary>
/// <code>Get-ChildItem ./*.yaml | Test-Runbook -ErrorAction Stop</code>
/// </example>
/// <example>
/// <summary>Check every runbook that there is</summary>
/// <code>Get-Runbook | Test-Runbook</code>
/// </example>
/// <seealso cref="GetRunbookCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "Runbook", DefaultParameterSetName = "InputObject")]
[OutputType(typeof(RunbookInfo))]
public sealed class TestRunbookCommand : SessionCmdlet
{
    /// <summary>The runbook, from Get-Runbook: the very file or built-in one that it tells of.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public RunbookInfo InputObject { get; set; } = null!;

    /// <summary>The file. Wildcards are not expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The runbook's name, as Get-Runbook lists it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    private protected override bool NeedsSession => Session is not null;

    private protected override string? CurrentTarget => ParameterSetName switch
    {
        "Path" => Path,
        "Name" => Name,
        _ => InputObject.Name,
    };

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var library = (Session ?? State.CurrentSession) is { } session ? State.ScopeOf(session).Runbooks : Registrations.Runbooks();
        var runbook = ParameterSetName switch
        {
            "Path" => library.ReadFile(FileOf(library)),
            "Name" => library.Get(Name),
            _ => InputObject.IsBuiltIn ? Registrations.Runbooks().Get(InputObject.Name) : library.ReadFile(InputObject.Origin),
        };
        foreach (var fewer in library.FewerGuards(runbook))
            await WriteWarningAsync(fewer);
        await WriteObjectAsync(RunbookInfos.From(runbook));
    }

    private string FileOf(RunbookLibrary library)
    {
        var file = this.FilePath(Path);
        return File.Exists(file) || !library.List().Runbooks.ContainsKey(Path)
            ? file
            : throw new ObjectNotFoundException($"There is no file '{Path}', but a runbook of that name: Test-Runbook -Name {Path}.") { TargetName = Path };
    }
}
