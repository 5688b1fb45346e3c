using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;
using PlatformOps.TestKit.Ledger;

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

    /// <summary>Opens a session on an empty configuration, which contacts nobody.</summary>
    public OpsSession OpenSession(string name)
    {
        var session = new OpsSession { Name = name, Id = Guid.NewGuid(), Environment = name, ConfigurationPath = "/ops.yaml", ConnectedAt = DateTimeOffset.UnixEpoch };
        var configuration = new OpsConfiguration { Path = "/ops.yaml", Environment = name, StateFolder = "/state", Sections = new Dictionary<Type, object>() };
        OpsRunspace.For(Runspace).AddSession(session, new SessionScope(configuration, new SecretStore(new Redactor()), TimeProvider.System, new MemoryLedgerFiles()));
        return session;
    }

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
