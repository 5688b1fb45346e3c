using System.Text.RegularExpressions;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Boot"><c>install</c> or <c>localboot</c>.</param>
internal sealed record SwitchAquilonBootParameters(AquilonBoot Boot);

/// <summary>Says on the bootserver whether a machine installs itself anew at its next network boot (<c>pxeswitch</c>).</summary>
/// <remarks>What is set is read from <c>pxeswitch --status</c>: quattor/aii, <c>aii-pxelinux</c>, <c>Status</c>.</remarks>
internal sealed partial class SwitchAquilonBoot : AquilonChange<SwitchAquilonBootParameters, SwitchAquilonBoot.State>
{
    public override string Name => "aquilon.boot";

    public override string Summary => "network boot in Aquilon";

    public override string? Loss => "the installer is armed: the next boot from the network wipes the disks";

    protected override string Subject => "aquilon.boot";

    public override Impact Impact => Impact.High;

    public override bool CanUndo => true;

    /// <summary>Once it is to install, whatever restarts the machine wipes it.</summary>
    protected override bool IsDestructive(SwitchAquilonBootParameters parameters) => parameters.Boot == AquilonBoot.Install;

    protected override async Task<State> ObserveAsync(ActionContext context, SwitchAquilonBootParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        if (host.Bootserver is null)
            throw new RefusedException($"{host.HostName} is bound to no bootserver in Aquilon, so nothing says how it boots from the network. aquilon.make binds the services that it requires; or bind one: aq bind_client --hostname {host.HostName} --service bootserver.") { TargetName = context.Target.Name };
        var said = await aquilon.ReadMessagesAsync(["pxeswitch", "--hostname", host.HostName!, "--status"], cancellationToken);
        return new State(host.HostName!, Parse(said, host.HostName!)
            ?? throw new ServiceException("aquilon", $"aq pxeswitch --status says nothing about {host.HostName} that can be read: {OutputText.Line(said, 300)}") { TargetName = context.Target.Name });
    }

    protected override bool IsDesired(ActionContext context, SwitchAquilonBootParameters parameters, State state) => state.Boot == Word(parameters.Boot);

    // An installation that ended well has switched itself back.
    protected override bool StillHolds(ActionContext context, SwitchAquilonBootParameters parameters, State? after, State now) => now.Boot == Word(parameters.Boot) || now.Boot == Word(AquilonBoot.Localboot);

    protected override async Task GuardAsync(ActionContext context, SwitchAquilonBootParameters parameters, State before, CancellationToken cancellationToken)
    {
        if (parameters.Boot != AquilonBoot.Install)
            return;
        var host = await context.Client<AquilonClient>().HostAsync(context.Target.Name, cancellationToken);
        if (!BuildStatuses.MayInstall(host.BuildStatus))
            throw new RefusedException($"{host.HostName} is {host.BuildStatus} in Aquilon, and is not switched to install before that is changed: aquilon.buildstatus to rebuild.") { TargetName = context.Target.Name };
        if (host.Cluster is { } cluster)
            throw new RefusedException($"{host.HostName} is a member of the cluster {cluster}: its installation is a matter of the cluster. Take it out first with aq uncluster --hostname {host.HostName} --cluster {cluster}.") { TargetName = context.Target.Name };
        await context.Client<IWipeProof>().RequireReleasedAsync(context, cancellationToken);
    }

    protected override Task ApplyAsync(ActionContext context, SwitchAquilonBootParameters parameters, State before, CancellationToken cancellationToken)
        => SwitchAsync(context, before.HostName, parameters.Boot, cancellationToken);

    protected override string Describe(State state) => state.Boot;

    protected override string DescribeDesired(ActionContext context, SwitchAquilonBootParameters parameters, State before) => Word(parameters.Boot);

    /// <summary>Switching twice does what switching once does, and who resumes is held to every guard again: an installation that has ended made the host ready.</summary>
    protected override Task<ProbeAnswer> ProbeAsync(ActionContext context, SwitchAquilonBootParameters parameters, State before, State now, CancellationToken cancellationToken)
        => Task.FromResult(Matches(now, before) ? ProbeAnswer.NotHappened : ProbeAnswer.Undecidable);

    // What counts is whether it installs.
    protected override bool Matches(State state, State recorded) => Installs(state) == Installs(recorded);

    protected override Task GuardUndoAsync(ActionContext context, SwitchAquilonBootParameters parameters, State before, CancellationToken cancellationToken)
        => Installs(before)
            ? throw new RefusedException($"it was to install {before.HostName} before, and nothing is armed by taking back. Where that is wanted: Set-AquilonBoot {context.Target.Name} -Boot Install.") { TargetName = context.Target.Name }
            : Task.CompletedTask;

    protected override Task UndoAsync(ActionContext context, SwitchAquilonBootParameters parameters, State before, CancellationToken cancellationToken)
        => SwitchAsync(context, before.HostName, AquilonBoot.Localboot, cancellationToken);

    /// <summary>The bootserver's word for the host: install where any of its interfaces is to install; null where it says none.</summary>
    internal static string? Parse(string said, string hostName)
    {
        var words = Status().Matches(said).Where(match => match.Groups["host"].Value.Equals(hostName, StringComparison.OrdinalIgnoreCase)).Select(match => match.Groups["word"].Value).ToList();
        return words.Contains("install") ? Word(AquilonBoot.Install) : words.Contains("boot") ? Word(AquilonBoot.Localboot) : words.FirstOrDefault();
    }

    private static Task SwitchAsync(ActionContext context, string hostName, AquilonBoot boot, CancellationToken cancellationToken)
        => context.Client<AquilonClient>().ChangeAsync(["pxeswitch", "--hostname", hostName, boot == AquilonBoot.Install ? "--install" : "--localboot"], cancellationToken);

    /// <summary>Whether a bootserver's word says that the host is installed.</summary>
    internal static bool Installs(string? word) => word == Word(AquilonBoot.Install);

    private static bool Installs(State state) => Installs(state.Boot);

    private static string Word(AquilonBoot boot) => boot == AquilonBoot.Install ? "install" : "localboot";

    // Newer ones tell it for each address.
    [GeneratedRegex(@"status for (?<host>[A-Za-z0-9._-]+):\s+(?:[0-9A-Fa-f]+[.:][0-9A-Fa-f.:]+\s+)?(?<word>[a-z]+)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Status();

    /// <param name="HostName">In Aquilon.</param>
    /// <param name="Boot"><c>install</c>, <c>localboot</c>, or the bootserver's word for something else, such as <c>undefined</c>.</param>
    internal sealed record State(string HostName, string Boot);
}
