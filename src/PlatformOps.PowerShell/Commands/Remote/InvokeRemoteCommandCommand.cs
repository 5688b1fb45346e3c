using System.Management.Automation;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Remote;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Remote;

/// <summary>Runs a command on many hosts over SSH, as root or another account.</summary>
/// <remarks>
/// <para>A command is a program and its arguments, one by one: nothing splits or interprets them, on this side or on the host. What needs a shell goes to -Script as one constant text, which sh -c runs.</para>
/// <para>A command may change anything, so it passes the gate: it is asked for at the impact High, counted against MaxTargets, and written to the ledger, without its input and output. -ReadOnly is for commands that only look: no question, no ledger, and the kill switch does not stop them; but nobody can know that they only look, so protected hosts, and those that targets.allow leaves out, are refused all the same. With -Creates or -Unless a command that has run is not sent again, which is what makes a script safe to start again; without one, a command that was interrupted is Unknown, and a person decides.</para>
/// <para>Results come as hosts end. A command that did not exit with 0 is an error beside its result; one whose exit status nobody knows has the outcome Unknown, never success.</para>
/// </remarks>
/// <example>
/// <summary>Look at all hosts of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Invoke-RemoteCommand -Command uname, -r -UserName ops -ReadOnly</code>
/// </example>
/// <example>
/// <summary>Make a folder once, unattended</summary>
/// <code>Invoke-RemoteCommand hv01.lab.example -Command sudo, -n, mkdir, /srv/ops -Creates /srv/ops -UserName ops -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>What needs a shell</summary>
/// <code>Invoke-RemoteCommand hv01.lab.example -Script 'grep -c processor /proc/cpuinfo || true' -UserName ops -ReadOnly</code>
/// </example>
/// <seealso cref="GetRemoteHostFactCommand"/>
/// <seealso cref="GrantRemoteRootAccessCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "RemoteCommand", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Command")]
[OutputType(typeof(RemoteCommandResult), typeof(StepRecord))]
public sealed class InvokeRemoteCommandCommand : FanOutEffectCmdlet<string>
{
    private const string Root = "root";

    private HostCommandParameters? _command;
    private byte[]? _input;

    /// <summary>Makes the cmdlet with its own number of hosts at a time.</summary>
    public InvokeRemoteCommandCommand() => ThrottleLimit = 64;

    /// <summary>The hosts, by name or IPv6 address, or objects with a HostName or HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName")]
    [TargetNameTransformation(nameof(HostName), "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HostName { get; set; } = [];

    /// <summary>The program and its arguments, one by one: dnf, -y, update. After -- they may stand without commas.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Command", ValueFromRemainingArguments = true)]
    [ValidateNotNullOrEmpty]
    public string[] Command { get; set; } = [];

    /// <summary>A text that sh -c runs as it is. Values that come from elsewhere do not belong into it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Script")]
    [ValidateNotNullOrEmpty]
    public string Script { get; set; } = "";

    /// <summary>The account that runs it.</summary>
    /// <value>root</value>
    [Parameter]
    [ArgumentCompleter(typeof(RemoteUserCompleter))]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>For a command that only looks: no question, no ledger and no kill switch. Hosts that the configuration protects are refused.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>A full path that the command makes: where it exists, the command has run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Creates { get; set; }

    /// <summary>A program and its arguments that succeed where the command has run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Unless { get; set; }

    /// <summary>How many seconds it may take; past them the connection is cut and the outcome is Unknown.</summary>
    /// <value>600</value>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int Timeout { get; set; } = 600;

    /// <summary>What goes to its standard input, as UTF-8. It is not written to the ledger.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Input { get; set; }

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Command" && Command is [var one] && one.Any(char.IsWhiteSpace))
        {
            var words = one.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            throw new RefusedException($"'{OutputText.Line(one, 200)}' is one word with spaces in it, and nothing splits it. Write -Command {string.Join(", ", words.Select(Quoted))}, or -Script {Quoted(one)} where it needs a shell.");
        }

        if (ReadOnly && (Creates is not null || Unless is not null))
            throw new ArgumentException("-ReadOnly is for commands that only look: there is nothing that -Creates or -Unless could tell.");
        _input = Input is null ? null : Encoding.UTF8.GetBytes(Input);
        _command = new HostCommandParameters
        {
            Argv = ParameterSetName == "Script" ? ["sh", "-c", Script] : Command,
            Creates = Creates,
            Unless = Unless,
            Timeout = TimeSpan.FromSeconds(Timeout),
            User = UserName == Root ? null : UserName,
        };
        if (_command.Problems().FirstOrDefault() is { } problem)
            throw new ArgumentException(problem);
        return default;
    }

    private protected override IEnumerable<string> Inputs() => HostName;

    private protected override ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
        => ReadOnly ? LookAsync(input, cancellationToken) : ChangeAsync(input, cancellationToken);

    private async ValueTask ChangeAsync(string name, CancellationToken cancellationToken)
    {
        RemoteCommandResult? result = null;
        var change = new HostCommandChange(new HostCommandCall(_input, ended => result = ended));
        try
        {
            var record = await ApplyAsync(change, new ActionTarget(ActionTarget.Host, name), _command!, cancellationToken);
            if (record?.Outcome == StepOutcome.Unchanged)
                result = new RemoteCommandResult { HostName = name, WasSkipped = true, ExitStatus = null, Output = "", Error = "", OutputBytes = [], ErrorBytes = [], Duration = TimeSpan.Zero };
        }
        finally
        {
            // Beside its error, if there is one.
            if (result is not null)
                await WriteObjectAsync(result);
        }
    }

    private async ValueTask LookAsync(string name, CancellationToken cancellationToken)
    {
        // Nobody can know that it only looks: it goes where a change may go, and with -WhatIf it is not run either.
        Scope.Policy.ThrowIfRefused(new ActionTarget(ActionTarget.Host, name));
        if (IsWhatIf)
        {
            await ShouldProcessAsync($"[{OpenSession.Environment}] {name}", $"run '{string.Join(' ', _command!.Argv.Select(ShellQuoting.Word))}'");
            return;
        }

        var host = Scope.Get<RemoteShell>().As(name, UserName ?? Root, SilentLog.Instance);
        var command = new SshCommand(_command!.Argv) { Timeout = _command.Timeout, Input = _input is null ? null : _input.AsMemory() };
        var result = await host.RunAsync(command, cancellationToken);
        await WriteObjectAsync(host.ToModel(result) with { IsReadOnly = true });
        if (host.Unread(command.Arguments, result) is { } unread)
            throw unread;
        host.ThrowIfFailed(command, result);
    }

    private static string Quoted(string word)
        => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or '+') ? word : $"'{word.Replace("'", "''", StringComparison.Ordinal)}'";
}
