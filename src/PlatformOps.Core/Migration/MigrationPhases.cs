using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>The phases of a migration in their order, and the runbook of each.</summary>
internal static class MigrationPhases
{
    /// <summary>The names that users give and records show.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Noops", "Setup", "PreDrain"];

    public static string RunbookOf(string phase) => phase switch
    {
        "Noops" => "hypervisor/noops",
        "Setup" => "hypervisor/setup",
        "PreDrain" => "hypervisor/pre-drain",
        _ => throw new ObjectNotFoundException($"There is no phase '{phase}'. There are: {string.Join(", ", Names)}.") { TargetName = phase },
    };

    public static RunbookPhase Get(RunbookLibrary library, string phase)
    {
        var name = Names.FirstOrDefault(known => string.Equals(known, phase, StringComparison.OrdinalIgnoreCase)) ?? phase;
        return new RunbookPhase(name, library.Get(RunbookOf(name)));
    }
}
