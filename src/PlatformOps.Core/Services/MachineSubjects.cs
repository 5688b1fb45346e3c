namespace PlatformOps.Core.Services;

/// <summary>Things of a machine that no single change is of: checks look at them, and what is waited for or deployed makes them others.</summary>
internal static class MachineSubjects
{
    /// <summary>The system it runs, and what runs there.</summary>
    public const string System = "machine.system";

    /// <summary>The servers on it.</summary>
    public const string Servers = "machine.servers";
}
