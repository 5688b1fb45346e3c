namespace PlatformOps.Lab.Services.Kayobe;

/// <summary>A command that the emulated Kayobe has.</summary>
/// <param name="Words">Such as <c>overcloud service deploy</c>.</param>
/// <param name="UsesAnsible">It runs playbooks, and so takes <c>--limit</c>.</param>
/// <param name="UsesKolla">It runs Kolla Ansible too, which has a limit of its own up to version 19.</param>
/// <param name="Seconds">Lab seconds that a run takes.</param>
internal sealed record KayobeCommand(string Words, bool UsesAnsible, bool UsesKolla, double Seconds)
{
    public static readonly IReadOnlyList<KayobeCommand> All =
    [
        new("playbook run", true, false, 60),
        new("overcloud host configure", true, false, 900),
        new("overcloud host package update", true, false, 600),
        new("overcloud service deploy", true, true, 1800),
        new("overcloud service reconfigure", true, true, 900),
        new("overcloud service stop", true, true, 300),
        new("overcloud service destroy", true, true, 600),
        new("overcloud deprovision", true, false, 600),
        new("environment create", false, false, 1),
    ];

    /// <summary>Its help, as argparse writes it, in the options of a version.</summary>
    public string Help(int version) => $"""
        usage: kayobe {Words} [-h]{(UsesAnsible ? " [-e EXTRA_VARS] [-l SUBSET] [-t TAGS] [--vault-password-file VAULT_PASSWORD_FILE]" : "")}{(UsesKolla && version <= 20 ? " [-kl SUBSET] [-kt TAGS]" : "")}

        options:
          -h, --help            show this help message and exit
        {(UsesAnsible ? "  -e EXTRA_VARS, --extra-vars EXTRA_VARS\n  -l SUBSET, --limit SUBSET\n                        further limit selected hosts to an additional pattern\n  -t TAGS, --tags TAGS\n" : "")}{(UsesKolla && version <= 20 ? "  -kl SUBSET, --kolla-limit SUBSET\n  -kt TAGS, --kolla-tags TAGS\n" : "")}
        """;
}
