using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Lets root log in with our key: the configured account appends it to root's authorized keys through sudo, once.</summary>
internal sealed class RootAccessChange : Change<NoParameters, RootAccessState>
{
    private const string Folder = "/root/.ssh";
    private const string KeysFile = "/root/.ssh/authorized_keys";

    public override string Name => "host.root-access";

    public override string Summary => "root login with our key";

    public override bool IsOfSystem => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<RootAccessState> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => new(await LoginProbe.RunAsync(context.Client<RemoteShell>().On(context), TimeSpan.FromSeconds(5), context.Time, cancellationToken));

    protected override bool IsDesired(ActionContext context, NoParameters parameters, RootAccessState state) => state.LogsIn;

    protected override async Task ApplyAsync(ActionContext context, NoParameters parameters, RootAccessState before, CancellationToken cancellationToken)
    {
        var shell = context.Client<RemoteShell>();
        if (shell.Options.UserName == "root")
            throw new RefusedException($"{context.Target.Name} refuses root's login, and ssh.username is root too: there is no other account to install the key with. Set ssh.username to one that may use sudo.") { TargetName = context.Target.Name };
        var line = await PublicKeyAsync(shell.Options, cancellationToken);
        var host = shell.User(context.Target.Name, context.Log);

        var present = await ReadKeysAsync(host, cancellationToken);
        await host.ChangeAsync(["sudo", "-n", "install", "-d", "-m", "0700", "-o", "root", "-g", "root", Folder], cancellationToken);
        if (!Holds(present, line))
        {
            // Without its last newline the file's last key and ours would become one broken line.
            var separator = present.Length > 0 && present[^1] != '\n' ? "\n" : "";
            await host.ChangeAsync(new SshCommand(["sudo", "-n", "tee", "-a", KeysFile]) { Input = Encoding.UTF8.GetBytes($"{separator}{line}\n") }, cancellationToken);
        }

        await host.ChangeAsync(["sudo", "-n", "chown", "root:root", KeysFile], cancellationToken);
        await host.ChangeAsync(["sudo", "-n", "chmod", "0600", KeysFile], cancellationToken);
        // Under SELinux sshd may not read a file that was made with root's own label; hosts without it have no restorecon.
        await host.RunAsync(new SshCommand(["sudo", "-n", "restorecon", "-R", Folder]), cancellationToken);
        shell.Transport.ForgetRefusal(new SshHost(context.Target.Name, "root"));
    }

    protected override string Describe(RootAccessState state) => state.LogsIn ? "allowed" : "refused";

    protected override string DescribeDesired(ActionContext context, NoParameters parameters, RootAccessState before) => "allowed";

    /// <summary>Whether a line of the file is this key, whatever its options and comment are.</summary>
    internal static bool Holds(string keys, string line)
    {
        var wanted = HostKey.TryParse(line);
        return wanted is not null && keys.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').Any(l =>
        {
            var words = l.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return words.Zip(words.Skip(1)).Any(pair => pair.First == wanted.Type && HostKey.TryParse(pair.First, pair.Second) is { } key && key.Equals(wanted));
        });
    }

    private static async Task<string> PublicKeyAsync(SshTransportOptions options, CancellationToken cancellationToken)
    {
        if (options.KeyPath is null)
            throw new ConfigurationException("ssh.key-path is not set, so there is no public key to install for root.");
        var path = options.KeyPath + ".pub";
        string line;
        try
        {
            line = (await File.ReadAllTextAsync(path, cancellationToken)).Split('\n')[0].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"the public key {path} could not be read: {error.Message}", innerException: error);
        }

        return HostKey.TryParse(line) is null
            ? throw new ConfigurationException($"{path} is no public key in OpenSSH's form (type, base64, comment in one line).")
            : OutputText.Line(line, 16 * 1024);
    }

    private static async Task<string> ReadKeysAsync(RemoteHost host, CancellationToken cancellationToken)
    {
        string[] read = ["sudo", "-n", "cat", "--", KeysFile];
        var result = await host.LookAsync(new SshCommand(read), cancellationToken);
        if (result.ExitStatus == 0)
            return Encoding.UTF8.GetString(result.OutputBytes.Span);
        return result.ExitStatus == 1 && RemoteHost.SaysAbsent(result) ? "" : throw host.Failure(read, result);
    }
}
