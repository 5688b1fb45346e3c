using PlatformOps.Core.Migration;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The phases of a migration, in their order.</summary>
public sealed class MigrationStepCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() => MigrationPhases.Names.Select(name => new CompletionName(name, $"{name}: {MigrationPhases.RunbookOf(name)}"));
}
