using System.Text.RegularExpressions;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>A command of Kayobe in its words, with tags and variables. Options that choose hosts, inventories or configurations are not for the caller.</summary>
internal sealed partial record RunKayobeCommandParameters : ICheckedRecord
{
    private static readonly string[] Refused = ["deprovision", "destroy", "stop"];

    /// <summary>Such as <c>overcloud service deploy</c>, word by word.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Only what has one of these tags; Kolla Ansible's too.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>As <see cref="RunPlaybookParameters.Vars"/>.</summary>
    public IReadOnlyDictionary<string, string> Vars { get; init; } = new Dictionary<string, string>();

    public IEnumerable<string> Problems()
    {
        if (Command.Count == 0)
            yield return "A command has words, such as overcloud service deploy.";
        foreach (var word in Command)
        {
            if (!Word().IsMatch(word))
                yield return $"'{OutputText.Line(word)}' is not a word of a Kayobe command (lower-case letters and '-' between them). Options are not given here: hosts go to the limit, tags and variables have parameters of their own.";
            else if (Refused.FirstOrDefault(refused => word.Split('-').Contains(refused)) is { } refused)
                yield return $"'kayobe {string.Join(' ', Command)}' is refused: {refused} takes services or hosts away, with one wrong limit all of them.";
        }

        foreach (var tag in Tags.Where(tag => !Tag().IsMatch(tag)))
            yield return $"'{OutputText.Line(tag)}' is not a tag (letters, digits, '_', '-', '.', ':').";
        if (KayobePlaybook.Problem(Vars) is { } problem)
            yield return problem;
    }

    // \z, not $: $ would let a final newline pass.
    [GeneratedRegex(@"\A[a-z]+(-[a-z]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.:-]{0,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
