namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>What a command, its subshells and its children have in common.</summary>
internal sealed class ShellShared
{
    public bool HasEffects { get; set; }

    public int LastBackground { get; set; }
}
