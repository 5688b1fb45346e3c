using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>The phases of a migration in their order, and the runbook of each.</summary>
internal static class MigrationPhases
{
    /// <summary>The names that users give and records show.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Noops", "Setup", "PreDrain", "Drain", "PreReinstall", "PostReinstall", "Adoption", "Finish"];

    public static string RunbookOf(string phase) => phase switch
    {
        "Noops" => "hypervisor/noops",
        "Setup" => "hypervisor/setup",
        "PreDrain" => "hypervisor/pre-drain",
        "Drain" => "hypervisor/drain",
        "PreReinstall" => "hypervisor/pre-reinstall",
        "PostReinstall" => "hypervisor/post-reinstall",
        "Adoption" => "hypervisor/adoption",
        "Finish" => "hypervisor/finish",
        _ => throw new ObjectNotFoundException($"There is no phase '{phase}'. There are: {string.Join(", ", Names)}.") { TargetName = phase },
    };

    public static RunbookPhase Get(RunbookLibrary library, string phase)
    {
        var name = NameOf(phase);
        return new RunbookPhase(name, library.Get(RunbookOf(name)));
    }

    /// <summary>The phases of one run.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such phase.</exception>
    /// <exception cref="RefusedException">One comes twice, or before one that it needs: nobody means that.</exception>
    public static IReadOnlyList<RunbookPhase> Get(RunbookLibrary library, IReadOnlyList<string> phases)
    {
        var names = phases.Select(NameOf).ToList();
        List<RunbookPhase> found = [.. names.Select(name => Get(library, name))];
        var ordered = Names.Where(names.Contains).ToList();
        if (!names.SequenceEqual(ordered))
            throw new RefusedException($"The phases {string.Join(", ", names)} are {(names.Count == ordered.Count ? "not in the order of the migration" : "given more than once")}. Give them as {string.Join(", ", ordered)}.");
        return found;
    }

    /// <summary>Whether phases go on with a migration that has written down its machine: what is written down is then this one's, not a former's.</summary>
    public static bool GoOn(IEnumerable<string> phases) => phases.All(phase => Names.SkipWhile(name => name != "PreDrain").Skip(1).Contains(NameOf(phase)));

    /// <summary>Where in the migration a phase is, counted from 0; -1 where it is none.</summary>
    public static int PlaceOf(string? phase) => phase is null ? -1 : Names.ToList().IndexOf(NameOf(phase));

    /// <summary>The phase as it is written here, whatever its case; as it is given where there is none.</summary>
    public static string NameOf(string phase) => Names.FirstOrDefault(known => string.Equals(known, phase, StringComparison.OrdinalIgnoreCase)) ?? phase;
}
