using System.Management.Automation;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Gets the runbooks: those of the module, and the site's.</summary>
/// <remarks>
/// <para>With a session, a file of its runbook folder takes the place of the module's runbook of the same name; without one, only the module's are listed.</para>
    /// <para>A file of the folder that is wrong is an error, and the others are listed. The module's runbook that it would take the place of is not, and does not run, until the file is mended.</para>
/// </remarks>
/// <example>
/// <summary>What is there</summary>
/// <code>Get-Runbook hypervisor/*</code>
/// </example>
/// <example>
/// <summary>The steps of one, with what they change</summary>
/// <code>(Get-Runbook hypervisor/pre-drain).Steps</code>
/// </example>
/// <seealso cref="TestRunbookCommand"/>
[Cmdlet(VerbsCommon.Get, "Runbook")]
[OutputType(typeof(RunbookInfo))]
public sealed class GetRunbookCommand : SessionCmdlet
{
    /// <summary>The runbooks' names; wildcards are allowed.</summary>
    /// <value>Every runbook</value>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    private protected override bool NeedsSession => Session is not null;

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var library = (Session ?? State.CurrentSession) is { } session ? State.ScopeOf(session).Runbooks : Registrations.Runbooks();
        var all = library.List();
        var patterns = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var broken in all.Broken.Where(broken => Name.Any(name => WildcardPattern.ContainsWildcardCharacters(name) || broken.MayBe(name))))
            await WriteErrorAsync(broken.Error);
        foreach (var name in Name.Where(name => !WildcardPattern.ContainsWildcardCharacters(name)
            && !all.Runbooks.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) && !all.Broken.Any(broken => broken.MayBe(name))))
        {
            await WriteErrorAsync(RunbookLibrary.Missing(name, all));
        }

        // What a wrong file may be the site's version of is not what would run.
        await WriteObjectsAsync(all.Runbooks.Values
            .Where(runbook => patterns.Exists(pattern => pattern.IsMatch(runbook.Name)) && !all.Broken.Any(broken => broken.MayBe(runbook.Name)))
            .Select(RunbookInfos.From));
    }
}
