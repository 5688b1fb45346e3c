using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.Cmdlets.Tests;

/// <summary>A runspace with the module's cmdlets and those of this assembly.</summary>
internal sealed class Shell : IDisposable
{
    public Shell(PSHost? host = null)
    {
        var state = InitialSessionState.CreateDefault2();
        foreach (var type in typeof(AsyncCmdlet).Assembly.GetExportedTypes().Concat(typeof(Shell).Assembly.GetTypes()))
        {
            if (!type.IsAbstract && type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
                state.Commands.Add(new SessionStateCmdletEntry(cmdlet.VerbName + "-" + cmdlet.NounName, type, null));
        }
        Runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        Runspace.Open();
    }

    public Runspace Runspace { get; }

    /// <summary>Runs a script to its end. A terminating error throws.</summary>
    public ShellResult Run(string script, params object?[] arguments)
    {
        using var powershell = Make(script, arguments);
        return new ShellResult(powershell.Invoke(), [.. powershell.Streams.Error], [.. powershell.Streams.Progress], [.. powershell.Streams.Warning], [.. powershell.Streams.Verbose]);
    }

    public System.Management.Automation.PowerShell Make(string script, params object?[] arguments)
    {
        var powershell = System.Management.Automation.PowerShell.Create();
        powershell.Runspace = Runspace;
        powershell.AddScript(script);
        foreach (var argument in arguments)
            powershell.AddArgument(argument);
        return powershell;
    }

    public void Dispose() => Runspace.Dispose();
}

internal sealed record ShellResult(Collection<PSObject> Output, ErrorRecord[] Errors, ProgressRecord[] Progress, WarningRecord[] Warnings, VerboseRecord[] Verbose)
{
    public object[] Values => [.. Output.Select(o => o.BaseObject)];
}
