using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>Writes the data types of RFC 4251, section 5.</summary>
internal sealed class SshPacket
{
    // Room for the length, which is written last.
    private readonly ArrayBufferWriter<byte> _bytes = new(64);

    public SshPacket() => UInt32(0);

    public SshPacket Byte(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public SshPacket UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public SshPacket String(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _bytes.Write(value);
        return this;
    }

    public SshPacket String(string value) => String(Encoding.UTF8.GetBytes(value));

    /// <summary>The packet with its length before it.</summary>
    public ReadOnlyMemory<byte> Framed()
    {
        BinaryPrimitives.WriteUInt32BigEndian(MemoryMarshal.AsMemory(_bytes.WrittenMemory).Span, (uint)_bytes.WrittenCount - 4);
        return _bytes.WrittenMemory;
    }
}
