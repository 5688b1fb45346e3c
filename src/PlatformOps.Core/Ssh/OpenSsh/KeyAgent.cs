using System.Net.Sockets;
using System.Text;
using PlatformOps.Core.Processes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>An <c>ssh-agent</c> of our own that holds one key, opened with its passphrase; because with BatchMode <c>ssh</c> never takes a passphrase.</summary>
/// <remarks>
/// The passphrase goes from our memory through a pipe to <c>ssh-add</c>'s askpass program, which is <c>cat</c>: it is in no argument,
/// no variable and no file. <c>ssh-agent -a socket cat</c> makes our child the <c>cat</c>, which ends when we close its input or die,
/// and the agent ends when its <c>cat</c> is gone: no opened key outlives us, even after SIGKILL.
/// </remarks>
internal sealed class KeyAgent : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _leash;

    private KeyAgent(ChildProcess leash, string socketPath, string publicKeyPath)
    {
        _leash = leash;
        SocketPath = socketPath;
        PublicKeyPath = publicKeyPath;
    }

    public string SocketPath { get; }

    /// <summary>The public half, which tells <c>ssh</c> which of the agent's keys to use.</summary>
    public string PublicKeyPath { get; }

    /// <exception cref="ConfigurationException">The passphrase does not open the key.</exception>
    /// <exception cref="ProgramException">ssh-agent or ssh-add is not installed.</exception>
    public static async Task<KeyAgent> StartAsync(PrivateFolder folder, string keyPath, string passphrase, CancellationToken cancellationToken)
    {
        if (passphrase.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            throw new ConfigurationException("the passphrase (ssh.passphrase) holds a line break or NUL, which no prompt can take.");
        var socket = folder.File("agent");
        var leash = ChildProcess.Start(new ChildCommand("ssh-agent", ["-a", socket, "cat"]));
        try
        {
            // What cat sends back proves that it runs, and the agent listens before it starts cat.
            using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                deadline.CancelAfter(Patience);
                await leash.Input.WriteAsync("\n"u8.ToArray(), deadline.Token);
                await leash.Input.FlushAsync(deadline.Token);
                if (await leash.Output.ReadAsync(new byte[1], deadline.Token) == 0)
                    throw new ConfigurationException("ssh-agent, which holds the key of ssh.key-path for a run, could not be started.");
            }

            var askpass = folder.File("askpass");
            await File.WriteAllTextAsync(askpass, "#!/bin/sh\nexec cat\n", cancellationToken);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var environment = new Dictionary<string, string?>
            {
                ["SSH_AUTH_SOCK"] = socket,
                ["SSH_ASKPASS"] = askpass,
                ["SSH_ASKPASS_REQUIRE"] = "force",
                // Before OpenSSH 8.4 askpass is used only where a display is named.
                ["DISPLAY"] = ":0",
            };
            var added = await ChildProcess.RunAsync(
                new ChildCommand("ssh-add", [keyPath]) { Input = Encoding.UTF8.GetBytes(passphrase + "\n"), Environment = environment, Timeout = Patience },
                cancellationToken);
            if (added.ExitCode != 0)
                throw new ConfigurationException($"the key {keyPath} (ssh.key-path) could not be opened; the passphrase (ssh.passphrase) may be wrong. ssh-add said: {OutputText.Line(WithoutPrompt(added.ErrorText))}");

            var listed = await ChildProcess.RunAsync(new ChildCommand("ssh-add", ["-L"]) { Environment = environment, Timeout = Patience }, cancellationToken);
            var publicKey = folder.File("key.pub");
            await File.WriteAllBytesAsync(publicKey, listed.OutputBytes.ToArray(), cancellationToken);
            return new KeyAgent(leash, socket, publicKey);
        }
        catch
        {
            await leash.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetKeysAsync();
        await _leash.DisposeAsync();
    }

    private static string WithoutPrompt(string text)
        => string.Join(' ', text.Split('\n').Where(l => !l.StartsWith("Enter passphrase", StringComparison.Ordinal)));

    /// <summary>The agent looks for its <c>cat</c> only every ten seconds; the key is to go at once.</summary>
    private async Task ForgetKeysAsync()
    {
        try
        {
            using var agent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await agent.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), deadline.Token);
            // SSH_AGENTC_REMOVE_ALL_IDENTITIES (draft-miller-ssh-agent, section 4.3)
            await agent.SendAsync(new byte[] { 0, 0, 0, 1, 19 }, deadline.Token);
            await agent.ReceiveAsync(new byte[5], deadline.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // Gone already, and the key with it.
        }
    }
}
