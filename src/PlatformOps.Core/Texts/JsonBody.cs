using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PlatformOps.Core.Texts;

/// <summary>Reads a body as JSON, as far as nobody can be misled by it: no key twice in an object, at most 64 levels, and no character that a terminal acts on or that turns the direction of a text.</summary>
/// <remarks>Such a character becomes U+FFFD instead of being left out, so that two names that differ still do.</remarks>
internal static class JsonBody
{
    private const char Replacement = '\ufffd';
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };
    private static readonly JsonSerializerOptions Elements = new() { MaxDepth = Options.MaxDepth };

    /// <exception cref="JsonException">It is malformed.</exception>
    /// <exception cref="InvalidDataException">It is well-formed, and still not to be read; says why.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        return JsonSerializer.Deserialize<JsonElement>(IsClean(utf8) ? utf8 : Clean(utf8), Elements);
    }

    private static bool IsClean(ReadOnlySpan<byte> utf8)
    {
        var isClean = true;
        var reader = new Utf8JsonReader(utf8, Options);
        List<HashSet<string>> keys = [];
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (keys.Count <= reader.CurrentDepth)
                    keys.Add([]);
                keys[reader.CurrentDepth].Clear();
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Text(ref reader);
                isClean &= !name.Any(IsHarmful);
                // A property is one level below its object's beginning.
                if (!keys[reader.CurrentDepth - 1].Add(name))
                    throw new InvalidDataException($"has the key '{Clean(name.Length > 60 ? name[..60] + "…" : name)}' twice in one object");
            }
            else if (reader.TokenType == JsonTokenType.String && (reader.ValueIsEscaped || reader.ValueSpan.ContainsAnyExceptInRange((byte)' ', (byte)'~')))
            {
                isClean &= !Text(ref reader).Any(IsHarmful);
            }
        }

        return isClean;
    }

    private static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> utf8)
    {
        var clean = new ArrayBufferWriter<byte>(utf8.Length);
        using var writer = new Utf8JsonWriter(clean, new JsonWriterOptions { MaxDepth = Options.MaxDepth, SkipValidation = true });
        var reader = new Utf8JsonReader(utf8, Options);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(Clean(Text(ref reader)));
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(Clean(Text(ref reader)));
                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }

        writer.Flush();
        return clean.WrittenSpan;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair, as an escape.
            throw new InvalidDataException("has a text that is not Unicode", e);
        }
    }

    private static string Clean(string text) => text.Any(IsHarmful) ? string.Concat(text.Select(c => IsHarmful(c) ? Replacement : c)) : text;

    private static bool IsHarmful(char c) => (char.IsControl(c) && c is not ('\t' or '\n' or '\r')) || TerminalText.IsBidirectional(c);
}
