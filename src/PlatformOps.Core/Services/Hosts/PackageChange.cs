using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Brings an installed package to the newest version that the host's repositories have: dnf, or apt on Debian's family.</summary>
internal sealed class PackageChange : Change<PackageParameters, PackageState>
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ApplyLimit = TimeSpan.FromMinutes(30);

    // apt-get asks about configuration files otherwise, and nobody answers.
    private static readonly string[] AptInstall = ["apt-get", "-y", "-q", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "install", "--only-upgrade", "--"];

    public override string Name => "host.package";

    public override string Summary => "package";

    public override bool IsOfSystem => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<PackageState> ObserveAsync(ActionContext context, PackageParameters parameters, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        return (await HostFacts.OsAsync(host, cancellationToken)).IsDebian
            ? await ObserveDebAsync(host, parameters.Name, cancellationToken)
            : await ObserveRpmAsync(host, parameters.Name, cancellationToken);
    }

    protected override bool IsDesired(ActionContext context, PackageParameters parameters, PackageState state)
        => state.Installed is null
            ? throw new RefusedException($"{parameters.Name} is not installed on {context.Target.Name}, so there is nothing to bring up to date.") { TargetName = context.Target.Name }
            : !state.HasUpdate;

    // The repository getting a newer one since is nobody's change of the host.
    protected override bool StillHolds(ActionContext context, PackageParameters parameters, PackageState? after, PackageState now)
        => now.Installed is not null && (now.Installed == after?.Installed || !now.HasUpdate);

    protected override async Task ApplyAsync(ActionContext context, PackageParameters parameters, PackageState before, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        var isDebian = (await HostFacts.OsAsync(host, cancellationToken)).IsDebian;
        var command = isDebian
            ? new SshCommand([.. AptInstall, parameters.Name]) { Environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" }, Timeout = ApplyLimit }
            : new SshCommand(["dnf", "-y", "update", parameters.Name]) { Timeout = ApplyLimit };
        try
        {
            await host.ChangeAsync(command, cancellationToken);
        }
        catch (RemoteHostException error) when (error.ExitStatus is not null)
        {
            throw new RemoteHostException(host.Name, $"{error.Message}\n{await SurroundingsAsync(host, isDebian, cancellationToken)}", error) { ExitStatus = error.ExitStatus };
        }
    }

    protected override string Describe(PackageState state)
        => state.Installed is null ? "not installed" : $"{state.Installed}{(state.HasUpdate ? ", an update exists" : ", up to date")}";

    protected override string DescribeDesired(ActionContext context, PackageParameters parameters, PackageState before) => $"{parameters.Name} up to date";

    private static async Task<PackageState> ObserveRpmAsync(RemoteHost host, string name, CancellationToken cancellationToken)
    {
        string[] query = ["rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", name];
        var installed = await host.LookAsync(new SshCommand(query), cancellationToken);
        if (installed.ExitStatus == 1 && Text(installed).Contains("is not installed", StringComparison.Ordinal))
            return new PackageState(null, false);
        if (installed.ExitStatus != 0)
            throw host.Failure(query, installed);

        string[] check = ["dnf", "-q", "check-update", name];
        var update = await host.LookAsync(new SshCommand(check) { Timeout = ReadLimit }, cancellationToken);
        return update.ExitStatus switch
        {
            0 => new PackageState(OutputText.Line(Text(installed)), false),
            100 => new PackageState(OutputText.Line(Text(installed)), true),
            _ => throw new RemoteHostException(host.Name, $"{host.Failure(check, update).Message}\n{await SurroundingsAsync(host, isDebian: false, cancellationToken)}") { ExitStatus = update.ExitStatus },
        };
    }

    private static async Task<PackageState> ObserveDebAsync(RemoteHost host, string name, CancellationToken cancellationToken)
    {
        string[] query = ["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", name];
        var installed = await host.LookAsync(new SshCommand(query), cancellationToken);
        if (installed.ExitStatus is not (0 or 1))
            throw host.Failure(query, installed);
        if (installed.ExitStatus == 1 || !Text(installed).StartsWith("installed ", StringComparison.Ordinal))
            return new PackageState(null, false);

        string[] simulate = ["apt-get", "-s", "-q", "install", "--only-upgrade", "--", name];
        var update = await host.LookAsync(new SshCommand(simulate) { Timeout = ReadLimit }, cancellationToken);
        if (update.ExitStatus != 0)
            throw host.Failure(simulate, update);
        // "Inst name [old] (new …)"; other packages may be listed beside it.
        var hasUpdate = Text(update).Split('\n').Any(l => l.StartsWith($"Inst {name} ", StringComparison.Ordinal));
        return new PackageState(OutputText.Line(Text(installed)["installed ".Length..]), hasUpdate);
    }

    /// <summary>What a package manager's failure mostly comes from: name resolution and repositories. Never fails itself.</summary>
    private static async Task<string> SurroundingsAsync(RemoteHost host, bool isDebian, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        string[][] commands = [["cat", "--", "/etc/resolv.conf"], isDebian ? ["apt-cache", "policy"] : ["dnf", "repolist"]];
        foreach (var command in commands)
        {
            text.Append('\n').AppendJoin(' ', command).Append(":\n");
            try
            {
                var result = await host.LookAsync(new SshCommand(command), cancellationToken);
                text.Append(OutputText.Tail(result.OutputBytes.Length > 0 ? result.OutputBytes.Span : result.ErrorBytes.Span, 40)).Append('\n');
            }
            catch (OpsException error)
            {
                text.Append("(could not be read: ").Append(OutputText.Line(error.Message)).Append(")\n");
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    private static string Text(SshResult result) => Encoding.UTF8.GetString(result.OutputBytes.Span);
}
