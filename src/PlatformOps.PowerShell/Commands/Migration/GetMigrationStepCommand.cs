using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Sessions;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Migration;

/// <summary>Lists the phases of a migration in their order, with what each does.</summary>
/// <remarks>
/// <para>A phase is a runbook. A site replaces one by a file of the same runbook name in its runbook folder; Origin says which it is.</para>
/// </remarks>
/// <example>
/// <summary>List the phases</summary>
/// <code>Get-MigrationStep</code>
/// </example>
/// <example>
/// <summary>What PreDrain does, step by step</summary>
/// <code>(Get-MigrationStep PreDrain).Actions</code>
/// </example>
/// <seealso cref="InvokeMigrationStepCommand"/>
[Cmdlet(VerbsCommon.Get, "MigrationStep")]
[OutputType(typeof(MigrationStep))]
public sealed class GetMigrationStepCommand : SessionCmdlet
{
    /// <summary>The phases; wildcards are allowed.</summary>
    /// <value>All</value>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(MigrationStepCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Step { get; set; } = ["*"];

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        foreach (var step in Step.Where(step => !WildcardPattern.ContainsWildcardCharacters(step)))
            _ = MigrationPhases.RunbookOf(MigrationPhases.NameOf(step));
        var patterns = Step.Select(step => WildcardPattern.Get(step, WildcardOptions.IgnoreCase)).ToList();
        await EachAsync(MigrationPhases.Names.Where(name => patterns.Exists(pattern => pattern.IsMatch(name))), async name =>
        {
            var runbook = MigrationPhases.Get(Scope.Runbooks, name).Runbook;
            await WriteObjectAsync(new MigrationStep
            {
                Step = name,
                Runbook = runbook.Name,
                Origin = runbook.Origin,
                Description = runbook.Description,
                Actions = [.. runbook.Steps.Select(step => $"{step.Action.Kind.ToString().ToLowerInvariant()} {step.Action.Name}")],
                Needs = [.. Scope.Get<ServiceProbes>().NeedsOfPhase(runbook).Order(StringComparer.Ordinal)],
            });
        });
    }
}
