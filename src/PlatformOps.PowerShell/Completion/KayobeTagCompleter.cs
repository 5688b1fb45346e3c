namespace PlatformOps.PowerShell.Completion;

/// <summary>Tags of Kolla Ansible that a hypervisor has use for.</summary>
public sealed class KayobeTagCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names()
        => new[] { "common", "nova", "neutron", "openvswitch", "ovn", "ceilometer", "prometheus" }.Select(tag => new CompletionName(tag));
}
