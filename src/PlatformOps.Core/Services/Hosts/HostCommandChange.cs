using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Runs a command, as root where no account is named. With <c>creates</c> or <c>unless</c> it is observed and safe to start again; without, an interrupted one is a person's to decide.</summary>
/// <param name="call">What one call adds and the journal must not hold; nothing where null, as in runbooks.</param>
internal sealed class HostCommandChange(HostCommandCall? call) : Change<HostCommandParameters, HostCommandState>
{
    public HostCommandChange()
        : this(null)
    {
    }

    public override string Name => "host.command";

    public override string Summary => "command";

    public override bool IsOfSystem => true;

    public override Runs.Impact Impact => Runs.Impact.High;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override bool CanObserve(HostCommandParameters parameters) => parameters.HasProbe;

    protected override async Task<HostCommandState> ObserveAsync(ActionContext context, HostCommandParameters parameters, CancellationToken cancellationToken)
    {
        var host = HostOf(context, parameters);
        return new HostCommandState(parameters switch
        {
            { Creates: { } path } => await host.TestAsync(["test", "-e", path], cancellationToken),
            { Unless: { Count: > 0 } probe } => await host.TestAsync(probe, cancellationToken),
            _ => null,
        });
    }

    protected override bool IsDesired(ActionContext context, HostCommandParameters parameters, HostCommandState state) => state.HasRun == true;

    protected override async Task ApplyAsync(ActionContext context, HostCommandParameters parameters, HostCommandState before, CancellationToken cancellationToken)
    {
        var host = HostOf(context, parameters);
        var command = new SshCommand(parameters.Argv) { Timeout = parameters.Timeout, Input = call?.Input };
        var result = await host.RunAsync(command, cancellationToken);
        call?.Ended(host.ToModel(result));
        host.ThrowIfFailed(command, result);
    }

    protected override string Describe(HostCommandState state) => state.HasRun switch
    {
        true => "has run",
        false => "has not run",
        null => "not to be seen",
    };

    protected override string DescribeDesired(ActionContext context, HostCommandParameters parameters, HostCommandState before)
        => $"run '{OutputText.Line(string.Join(' ', parameters.Argv.Select(ShellQuoting.Word)), 200)}'";

    private static RemoteHost HostOf(ActionContext context, HostCommandParameters parameters)
        => parameters.User is { } user ? context.Client<RemoteShell>().As(context.Target.Name, user, context.Log) : context.Client<RemoteShell>().On(context);

    /// <summary>The probe is the user's word for what "has run" means: where it says no, the command may be sent again.</summary>
    protected override Task<ProbeAnswer> ProbeAsync(ActionContext context, HostCommandParameters parameters, HostCommandState before, HostCommandState now, CancellationToken cancellationToken)
        => Task.FromResult(now.HasRun switch
        {
            true => ProbeAnswer.Happened,
            false => ProbeAnswer.NotHappened,
            null => ProbeAnswer.Undecidable,
        });
}
