using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>The bytes of a journal: records of <c>length | crc32c | json</c>, both numbers 32 bits, little endian; the sum is over length and JSON.</summary>
internal static class JournalFormat
{
    public const int Schema = 1;
    public const int MaxRecordBytes = 4 * 1024 * 1024;
    private const int PrefixBytes = 8;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        MaxDepth = 64,
    };

    public static byte[] Encode(JournalEntry entry)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(entry, Json);
        if (json.Length > MaxRecordBytes)
            throw new LedgerException($"A journal record of {json.Length} bytes is over the limit of {MaxRecordBytes}.");
        var record = new byte[PrefixBytes + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, json.Length);
        json.CopyTo(record, PrefixBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Sum(record));
        return record;
    }

    /// <summary>Reads all records. A torn tail (the process died while writing) is left out and its length told; damage before other records is an error.</summary>
    /// <exception cref="LedgerException">The journal is damaged in the middle, or of a schema that this version does not know.</exception>
    public static JournalContent Decode(ReadOnlySpan<byte> content, string path)
    {
        var entries = new List<JournalEntry>();
        var position = Decode(content, path, entries);
        if (position < content.Length && HasRecordAfter(content[(position + 1)..]))
            throw new LedgerException($"The journal {path} is damaged at byte {position}: records after it are whole, so this is not a torn tail. Nothing was changed. Restore the file from a backup, or start a new run: it observes before it changes.") { TargetName = path };
        return new JournalContent(entries, position, content.Length - position);
    }

    /// <summary>Reads the records up to what is damaged, or not to be read by this version.</summary>
    public static IReadOnlyList<JournalEntry> Beginning(ReadOnlySpan<byte> content, string path)
    {
        var entries = new List<JournalEntry>();
        try
        {
            Decode(content, path, entries);
        }
        catch (LedgerException)
        {
        }

        return entries is [JournalHeader { Schema: <= Schema and > 0 }, ..] ? entries : [];
    }

    // Where the last whole record ends.
    private static int Decode(ReadOnlySpan<byte> content, string path, List<JournalEntry> entries)
    {
        var position = 0;
        while (position < content.Length && TryRecord(content[position..], out var length))
        {
            entries.Add(Parse(content.Slice(position + PrefixBytes, length), position, path));
            // What a newer schema holds behind its header is not for this version to read.
            if (entries is [not JournalHeader { Schema: <= Schema and > 0 }])
                throw new LedgerException($"The journal {path} does not begin with a header of schema 1 to {Schema}: it was written by a newer version, or it is no journal.") { TargetName = path };
            position += PrefixBytes + length;
        }

        return position;
    }

    private static JournalEntry Parse(ReadOnlySpan<byte> json, int position, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(json, Json) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new LedgerException($"The journal {path} has a record at byte {position} that this version cannot read; a newer version wrote it, or it is no record: {e.Message}", e) { TargetName = path };
        }
    }

    private static bool TryRecord(ReadOnlySpan<byte> content, out int length)
    {
        length = 0;
        if (content.Length < PrefixBytes)
            return false;
        length = BinaryPrimitives.ReadInt32LittleEndian(content);
        return length is > 0 and <= MaxRecordBytes
            && length <= content.Length - PrefixBytes
            && content[PrefixBytes] == (byte)'{'
            && BinaryPrimitives.ReadUInt32LittleEndian(content[4..]) == Sum(content[..(PrefixBytes + length)]);
    }

    private static bool HasRecordAfter(ReadOnlySpan<byte> content)
    {
        for (var position = 0; position + PrefixBytes < content.Length; position++)
        {
            if (TryRecord(content[position..], out _))
                return true;
        }

        return false;
    }

    private static uint Sum(ReadOnlySpan<byte> record)
    {
        var sum = Add(~0u, record[..4]);
        return ~Add(sum, record[PrefixBytes..]);

        static uint Add(uint sum, ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length >= sizeof(ulong))
            {
                sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                bytes = bytes[sizeof(ulong)..];
            }

            foreach (var value in bytes)
                sum = BitOperations.Crc32C(sum, value);
            return sum;
        }
    }
}
