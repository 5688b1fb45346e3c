using System.Buffers.Binary;
using System.Text;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>Reads the data types of RFC 4251, section 5.</summary>
internal ref struct SshPacketReader(ReadOnlyMemory<byte> packet)
{
    private ReadOnlyMemory<byte> _rest = packet;

    public byte Byte() => Take(1).Span[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4).Span);

    public ReadOnlyMemory<byte> Bytes()
    {
        var length = UInt32();
        return length <= _rest.Length ? Take((int)length) : throw new InvalidDataException("A packet of the connection is cut.");
    }

    public string String() => Encoding.UTF8.GetString(Bytes().Span);

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException("A packet of the connection is cut.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
