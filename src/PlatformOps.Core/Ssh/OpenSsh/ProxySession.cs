using System.Text;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>One command in a session channel of a master's connection, spoken by ourselves (RFC 4254).</summary>
/// <remarks>
/// Why not <c>ssh host command</c>: its exit code 255 means the command's own 255, a signal, or a dropped connection, and nothing tells
/// them apart when it runs over a master. In proxy mode the server's own messages arrive here: that the command was started, its exit
/// status or signal, or nothing at all, which is Unknown. It also starts no process, so a repeat costs a few milliseconds.
/// </remarks>
internal sealed class ProxySession : IDisposable
{
    private const byte ChannelOpen = 90;
    private const byte ChannelOpenConfirmation = 91;
    private const byte ChannelOpenFailure = 92;
    private const byte ChannelWindowAdjust = 93;
    private const byte ChannelData = 94;
    private const byte ChannelExtendedData = 95;
    private const byte ChannelEof = 96;
    private const byte ChannelClose = 97;
    private const byte ChannelRequest = 98;
    private const byte ChannelSuccess = 99;
    private const byte ChannelFailure = 100;

    private const uint OurWindow = 2 * 1024 * 1024;
    private const uint OurPacket = 32 * 1024;

    private readonly ControlSocket _control;
    private readonly SemaphoreSlim _windowGrew = new(0);
    private uint _remote;
    private uint _remotePacket;
    private long _remoteWindow;

    private ProxySession(ControlSocket control) => _control = control;

    /// <summary>The command's end as the server told it; known even if its background keeps the channel open.</summary>
    public int? ExitStatus { get; private set; }

    /// <inheritdoc cref="ExitStatus"/>
    public string? Signal { get; private set; }

    /// <summary>The server said that no more output comes. The status comes as soon as the command has ended: what it wrote may still be on its way then.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Connects to the master; nothing is open yet.</summary>
    /// <exception cref="IOException">The master is gone.</exception>
    public static async Task<ProxySession> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var control = await ControlSocket.ConnectAsync(socketPath, cancellationToken);
        try
        {
            await control.BecomeProxyAsync(cancellationToken);
            return new ProxySession(control);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>Opens the session; nothing has run yet. Where it throws, the session is to be left by <see cref="LeaveAsync"/>, not disposed.</summary>
    /// <exception cref="IOException">The master or its connection is gone.</exception>
    /// <exception cref="SessionRefusedException">The server opens no further session.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _control.SendAsync(Message(ChannelOpen).String("session"u8).UInt32(0).UInt32(OurWindow).UInt32(OurPacket), cancellationToken);
        while (!TakeOpening(await _control.ReceiveAsync(cancellationToken) ?? throw new IOException("The connection is gone.")))
        {
        }
    }

    /// <summary>Leaves a session that was not opened: waits for the server's answer, however late, or for the end of the master.</summary>
    /// <remarks>
    /// A master whose proxy goes away closes the proxy's channels, and one that the server never confirmed has no number to close: there
    /// ssh ends with "no remote_id", and every other command on the connection with it.
    /// </remarks>
    public async Task LeaveAsync()
    {
        using (_control)
        {
            try
            {
                while (await _control.ReceiveAsync(CancellationToken.None) is { } packet)
                {
                    if (packet.Length > 1 && packet.Span[1] == ChannelOpenConfirmation)
                        return;
                }
            }
            catch (Exception error) when (error is IOException or InvalidDataException or ObjectDisposedException)
            {
            }
        }
    }

    /// <summary>Runs the command to its end, or to the connection's: then <see cref="ExitStatus"/> stays null.</summary>
    public async Task RunAsync(string command, ReadOnlyMemory<byte>? input, Action<bool, ReadOnlyMemory<byte>> onOutput, CancellationToken cancellationToken)
    {
        using var stopSending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = Task.CompletedTask;
        try
        {
            await _control.SendAsync(Message(ChannelRequest).UInt32(_remote).String("exec"u8).Byte(1).String(command), cancellationToken);
            sending = SendInputAsync(input ?? ReadOnlyMemory<byte>.Empty, stopSending.Token);
            await ReceiveOutputAsync(onOutput, cancellationToken);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            // The connection is gone: what is known of the end, if anything, is in ExitStatus.
        }
        finally
        {
            await stopSending.CancelAsync();
            await sending;
        }
    }

    /// <summary>Ends the session; the master closes the channel of one that still runs.</summary>
    public void Dispose() => _control.Dispose();

    private static SshPacket Message(byte type) => new SshPacket().Byte(0).Byte(type);

    private bool TakeOpening(ReadOnlyMemory<byte> packet)
    {
        var reader = new SshPacketReader(packet);
        reader.Byte();
        switch (reader.Byte())
        {
            case ChannelOpenConfirmation:
                reader.UInt32();
                _remote = reader.UInt32();
                _remoteWindow = reader.UInt32();
                _remotePacket = Math.Min(reader.UInt32(), 32 * 1024);
                return true;
            case ChannelOpenFailure:
                reader.UInt32();
                reader.UInt32();
                throw new SessionRefusedException(OutputText.Line(reader.String()));
            default:
                return false;
        }
    }

    private async Task ReceiveOutputAsync(Action<bool, ReadOnlyMemory<byte>> onOutput, CancellationToken cancellationToken)
    {
        uint taken = 0;
        while (await _control.ReceiveAsync(cancellationToken) is { } packet)
        {
            if (Take(packet, onOutput, ref taken))
            {
                await _control.SendAsync(Message(ChannelClose).UInt32(_remote), cancellationToken);
                return;
            }

            if (taken >= OurWindow / 2)
            {
                await _control.SendAsync(Message(ChannelWindowAdjust).UInt32(_remote).UInt32(taken), cancellationToken);
                taken = 0;
            }
        }
    }

    /// <returns>Whether the channel was closed.</returns>
    private bool Take(ReadOnlyMemory<byte> packet, Action<bool, ReadOnlyMemory<byte>> onOutput, ref uint taken)
    {
        var reader = new SshPacketReader(packet);
        reader.Byte();
        var type = reader.Byte();
        reader.UInt32();
        switch (type)
        {
            case ChannelData or ChannelExtendedData:
                var isError = type == ChannelExtendedData && reader.UInt32() == 1;
                var data = reader.Bytes();
                taken += (uint)data.Length;
                onOutput(isError, data);
                return false;
            case ChannelWindowAdjust:
                Interlocked.Add(ref _remoteWindow, reader.UInt32());
                _windowGrew.Release();
                return false;
            case ChannelRequest:
                switch (reader.String())
                {
                    case "exit-status":
                        reader.Byte();
                        ExitStatus = (int)reader.UInt32();
                        break;
                    case "exit-signal":
                        reader.Byte();
                        Signal = OutputText.Line(reader.String(), 40);
                        ExitStatus = 128 + SignalNumber(Signal);
                        break;
                }

                return false;
            case ChannelFailure:
                // The only request that we make is exec.
                throw new SessionRefusedException("the server does not run commands for this account");
            case ChannelEof:
                IsWhole = true;
                return false;
            case ChannelClose:
                IsWhole = true;
                return true;
            default:
                return false;
        }
    }

    private async Task SendInputAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            while (input.Length > 0)
            {
                var room = (int)Math.Min(Math.Min(Interlocked.Read(ref _remoteWindow), _remotePacket), input.Length);
                if (room == 0)
                {
                    await _windowGrew.WaitAsync(cancellationToken);
                    continue;
                }

                Interlocked.Add(ref _remoteWindow, -room);
                await _control.SendAsync(Message(ChannelData).UInt32(_remote).String(input.Span[..room]), cancellationToken);
                input = input[room..];
            }

            await _control.SendAsync(Message(ChannelEof).UInt32(_remote), cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It ended without reading all of it: its exit status tells what it thinks of that.
        }
    }

    /// <summary>The number that shells add to 128, by RFC 4254's name (section 6.10); the same on Linux, BSD and macOS.</summary>
    private static int SignalNumber(string name) => name switch
    {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ILL" => 4,
        "ABRT" => 6,
        "FPE" => 8,
        "KILL" => 9,
        "SEGV" => 11,
        "PIPE" => 13,
        "ALRM" => 14,
        "TERM" => 15,
        _ => 127,
    };
}
