using System.Buffers.Binary;
using System.Net.Sockets;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>A connection to the control socket of an <c>ssh</c> master (OpenSSH, PROTOCOL.mux).</summary>
internal sealed class ControlSocket : IDisposable
{
    private const uint Hello = 0x00000001;
    private const uint Terminate = 0x10000005;
    private const uint Proxy = 0x1000000f;
    private const uint ProxyAccepted = 0x8000000f;
    private const uint Version = 4;
    private const int MaxPacket = 1024 * 1024;

    private readonly Socket _socket;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _length = new byte[4];

    private ControlSocket(Socket socket) => _socket = socket;

    /// <summary>Connects and says hello.</summary>
    /// <exception cref="IOException">The master is gone, or is no master.</exception>
    public static async Task<ControlSocket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var control = new ControlSocket(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        try
        {
            await control._socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            await control.SendAsync(new SshPacket().UInt32(Hello).UInt32(Version), cancellationToken);
            if (await control.ReceiveAsync(cancellationToken) is not { } hello || !IsHello(hello))
                throw new IOException("The ssh master process did not answer.");
            return control;
        }
        catch (SocketException error)
        {
            control.Dispose();
            throw new IOException($"The ssh master process is gone: {error.Message}", error);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>From here on both sides send packets of the SSH connection protocol (RFC 4254), each with a padding length of 0 before it.</summary>
    public async Task BecomeProxyAsync(CancellationToken cancellationToken)
    {
        await SendAsync(new SshPacket().UInt32(Proxy).UInt32(0), cancellationToken);
        if (await ReceiveAsync(cancellationToken) is not { } answer || new SshPacketReader(answer).UInt32() != ProxyAccepted)
            throw new IOException("The ssh master process did not take a session.");
    }

    /// <summary>Ends the master and waits until it is gone.</summary>
    public static async Task TerminateAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var control = await ConnectAsync(path, cancellationToken);
            await control.SendAsync(new SshPacket().UInt32(Terminate).UInt32(1), cancellationToken);
            while (await control.ReceiveAsync(cancellationToken) is not null)
            {
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Gone already; or it goes by itself, when nobody has used it for a while.
        }
    }

    public async Task SendAsync(SshPacket packet, CancellationToken cancellationToken)
    {
        var bytes = packet.Framed();
        await _sending.WaitAsync(cancellationToken);
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next packet; null where the master is gone.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(_length, cancellationToken))
            return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(_length);
        if (length > MaxPacket)
            throw new InvalidDataException("A packet of the connection is too long.");
        var packet = new byte[length];
        return await FillAsync(packet, cancellationToken) ? packet : null;
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsHello(ReadOnlyMemory<byte> packet)
    {
        var reader = new SshPacketReader(packet);
        return reader.UInt32() == Hello && reader.UInt32() == Version;
    }

    private async Task<bool> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            while (buffer.Length > 0)
            {
                var read = await _socket.ReceiveAsync(buffer, cancellationToken);
                if (read == 0)
                    return false;
                buffer = buffer[read..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
