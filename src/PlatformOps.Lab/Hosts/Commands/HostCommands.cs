namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>The programs of a host: a new set is one class and one line here.</summary>
internal static class HostCommands
{
    public static readonly IReadOnlyDictionary<string, Func<CommandCall, Task<int>>> All = Make();

    private static Dictionary<string, Func<CommandCall, Task<int>>> Make()
    {
        var table = new CommandTable();
        FileCommands.Register(table);
        TextCommands.Register(table);
        SystemCommands.Register(table);
        HardwareCommands.Register(table);
        StorageCommands.Register(table);
        ServiceCommands.Register(table);
        ContainerCommands.Register(table);
        PackageCommands.Register(table);
        ProcessCommands.Register(table);
        KerberosCommands.Register(table);
        AquilonCommands.Register(table);
        KayobeCommands.Register(table);
        return table.Commands;
    }
}
