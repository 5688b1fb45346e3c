using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Peers.Tests.Ssh;

/// <summary>A host with a real sshd: a listener on loopback that starts <c>sshd -i</c> for each connection and can refuse, hang and cut.</summary>
internal sealed class SshdHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TcpClient, Task> _connections = new();
    private readonly string _sshd;
    private readonly string _folder;
    private readonly Task _accepting;
    private long _cutAfter = long.MaxValue;
    private int _count;

    public SshdHost(string sshd, string folder, string hostKeyPath, HostKey key)
    {
        _sshd = sshd;
        _folder = folder;
        HostKeyPath = hostKeyPath;
        Key = key;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public SshHost Address => new("127.0.0.1", null, Port);

    public string HostKeyPath { get; set; }

    public HostKey Key { get; set; }

    /// <summary>How many connections were made to it.</summary>
    public int Connections => Volatile.Read(ref _count);

    public bool ClosesAtOnce { get; set; }

    public bool Hangs { get; set; }

    /// <summary>More of sshd's options for this host.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];

    /// <summary>Cuts every connection from now on after so many bytes from the server.</summary>
    public void CutAfter(long bytes) => _cutAfter = bytes;

    /// <summary>Cuts the connections that are open.</summary>
    public void Cut()
    {
        foreach (var client in _connections.Keys)
            client.Close();
    }

    public void StopListening() => _listener.Stop();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (; ; )
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _count);
                if (ClosesAtOnce)
                {
                    client.Close();
                    continue;
                }

                var serving = Task.Run(() => ServeAsync(client));
                _connections[client] = serving;
                _ = serving.ContinueWith(_ => _connections.TryRemove(client, out Task? _), TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            await using var stream = client.GetStream();
            if (Hangs)
            {
                await CopyAsync(stream, Stream.Null, long.MaxValue);
                return;
            }

            await using var sshd = ChildProcess.Start(new ChildCommand(_sshd,
                ["-i", "-f", Path.Combine(_folder, "sshd_config"), "-h", HostKeyPath, "-E", Path.Combine(_folder, "sshd.log"), .. Options.SelectMany(o => new[] { "-o", o })]));
            _ = sshd.Error.CopyToAsync(Stream.Null, CancellationToken.None);
            var toServer = CopyAsync(stream, sshd.Input, long.MaxValue);
            var toClient = CopyAsync(sshd.Output, stream, _cutAfter);
            await Task.WhenAny(toServer, toClient);
            client.Close();
            // As on any host: sshd ends with its connection, and what it had started goes on.
            sshd.Input.Close();
            using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
                await ((Task)sshd.WaitAsync(patience.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(toServer, toClient);
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, long limit)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while (limit > 0 && (read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(limit, buffer.Length)))) > 0)
            {
                limit -= read;
                await to.WriteAsync(buffer.AsMemory(0, read));
                await to.FlushAsync();
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}
