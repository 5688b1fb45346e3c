using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>A playbook, and what it is given.</summary>
internal sealed record RunPlaybookParameters : ICheckedRecord
{
    /// <summary>Below <c>ansible/</c> of the Kayobe configuration, or by its full path on the control host.</summary>
    public required string Playbook { get; init; }

    /// <summary>Variables, as <c>--extra-vars</c>: <c>{host}</c> in a value is what the inventory calls the target. They are in the control host's process list, so no secret belongs into them.</summary>
    public IReadOnlyDictionary<string, string> Vars { get; init; } = new Dictionary<string, string>();

    public IEnumerable<string> Problems()
    {
        if (KayobePlaybook.Problem(Playbook) is { } playbook)
            yield return playbook;
        if (KayobePlaybook.Problem(Vars) is { } variable)
            yield return variable;
    }
}
