using System.Globalization;
using System.Text;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PlatformOps.Core.Yaml;

/// <summary>Reads YAML into a tree, within limits. Everything of ours that reads YAML reads it here.</summary>
/// <remarks>
/// Pulls YamlDotNet's parser events, whose parser keeps its own stack and reads ahead one token, and stops pulling at the first
/// that breaks a limit. One document; scalars, lists and mappings with scalar keys; no tags but the core schema's and <c>!vault</c>.
/// </remarks>
internal sealed class YamlReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly YamlSource _source;
    private readonly YamlLimits _limits;
    private readonly Stack<Open> _open = new();
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private int _aliases;
    private YamlNode? _root;

    private YamlReader(YamlSource source, YamlLimits limits)
    {
        _source = source;
        _limits = limits;
    }

    /// <summary>Reads a file whose errors are of the kind that <paramref name="source"/> makes.</summary>
    /// <exception cref="SourceException">It is missing, unreadable, too large, or not what we read as YAML.</exception>
    public static YamlMapping ReadFile(string path, Func<string, string?, YamlSource> source, YamlLimits? limits = null)
    {
        limits ??= YamlLimits.Default;
        var from = source(path, null);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var bytes = new byte[limits.Bytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return ReadMapping(bytes.AsSpan(0, length), from, limits);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw from.Error($"It cannot be read: {FileTrouble.Of(error)}", inner: error);
        }
    }

    /// <summary>Reads a text whose top is a mapping; an empty text is an empty one.</summary>
    /// <inheritdoc cref="Read"/>
    public static YamlMapping ReadMapping(ReadOnlySpan<byte> utf8, YamlSource source, YamlLimits? limits = null)
        => AsMapping(Read(utf8, source, limits), source);

    /// <inheritdoc cref="ReadMapping(ReadOnlySpan{byte}, YamlSource, YamlLimits?)"/>
    public static YamlMapping ReadMapping(string text, YamlSource source, YamlLimits? limits = null)
        => AsMapping(Read(text, source, limits), source);

    /// <summary>Reads a text; null where there is nothing but white space and comments.</summary>
    /// <exception cref="SourceException">It is too large or not what we read as YAML; says where.</exception>
    public static YamlNode? Read(ReadOnlySpan<byte> utf8, YamlSource source, YamlLimits? limits = null)
    {
        limits ??= YamlLimits.Default;
        RequireSize(utf8.Length, source, limits);
        if (utf8.StartsWith("\ufeff"u8))
            utf8 = utf8[3..];
        try
        {
            return Read(StrictUtf8.GetString(utf8), source, limits);
        }
        catch (DecoderFallbackException error)
        {
            var good = utf8[..Math.Clamp(error.Index, 0, utf8.Length)];
            throw source.Error("It is not UTF-8 text. Save it as UTF-8.", good.Count((byte)'\n') + 1, good.Length - good.LastIndexOf((byte)'\n'), error);
        }
    }

    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, YamlSource, YamlLimits?)"/>
    public static YamlNode? Read(string text, YamlSource source, YamlLimits? limits = null)
    {
        limits ??= YamlLimits.Default;
        RequireSize(Encoding.UTF8.GetByteCount(text), source, limits);
        if (text.StartsWith('\ufeff'))
            text = text[1..];
        RefuseControlCharacters(text, source);
        return new YamlReader(source, limits).Read(text);
    }

    private static YamlMapping AsMapping(YamlNode? node, YamlSource source) => node switch
    {
        null => new YamlMapping(source, 1, 1, []),
        YamlMapping mapping => mapping,
        YamlScalar { IsNull: true } => new YamlMapping(source, 1, 1, []),
        _ => throw node.Error($"Keys with values are expected here, not {node.KindName}."),
    };

    private static void RequireSize(int bytes, YamlSource source, YamlLimits limits)
    {
        if (bytes > limits.Bytes)
            throw source.Error(string.Create(CultureInfo.InvariantCulture, $"It is larger than {limits.Bytes / 1024} KiB, more than any such file needs."));
    }

    private static void RefuseControlCharacters(string text, YamlSource source)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\t' or '\n' or '\r' || !(char.IsControl(c) || TerminalText.IsBidirectional(c)))
                continue;
            var before = text.AsSpan(0, i);
            throw source.Error(
                string.Create(CultureInfo.InvariantCulture, $"There is a character here that is not to be seen{(char.IsControl(c) ? "" : " and makes a text read otherwise")} (U+{(int)c:X4}). Write it as an escape in double quotes, if it is meant."),
                before.Count('\n') + 1,
                i - before.LastIndexOf('\n'));
        }
    }

    private YamlNode? Read(string text)
    {
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            var documents = 0;
            while (parser.MoveNext())
            {
                var at = parser.Current!;
                switch (at)
                {
                    case DocumentStart when ++documents > 1:
                        throw Error(at, "A second document starts here; only one is read. Remove the '---' line.");
                    case AnchorAlias alias:
                        Add(Expand(alias));
                        break;
                    case Scalar scalar:
                        Count(scalar);
                        Add(Named(scalar, ToScalar(scalar)));
                        break;
                    case MappingStart or SequenceStart:
                        Begin((NodeEvent)at);
                        break;
                    case MappingEnd or SequenceEnd:
                        var ended = _open.Pop();
                        Add(Named(ended.Start, ended.Close(_source)));
                        break;
                }
            }

            return _root;
        }
        catch (YamlException error)
        {
            if (error.Message.Contains("flow", StringComparison.Ordinal) && Unclosed() is { } unclosed)
                throw unclosed;
            var (line, column) = TabOf(text, error) ?? ((int)error.Start.Line, (int)error.Start.Column);
            throw _source.Error(Sentence(error.Message), line, column, error);
        }
        catch (Exception error) when (error is not SourceException and not OutOfMemoryException)
        {
            // The parser is fed with anything: what it did not foresee is still a bad file, not a crash. It runs out of text in what is not closed.
            var at = parser.Current?.End ?? Mark.Empty;
            throw Unclosed() ?? _source.Error("It cannot be read as YAML from here on.", (int)at.Line, (int)at.Column, error);
        }
    }

    // Where a bracket is missing the text behind it is read as if it were in it, to the end of the file.
    private SourceException? Unclosed() => _open.TryPeek(out var open)
        ? open.Start switch
        {
            MappingStart { Style: MappingStyle.Flow } start => Error(start, "The mapping that begins here is not closed: is a } missing?"),
            SequenceStart { Style: SequenceStyle.Flow } start => Error(start, "The list that begins here is not closed: is a ] missing?"),
            _ => null,
        }
        : null;

    // The scanner tells of a tab where it began to look, which may be the whole mapping before.
    private static (int Line, int Column)? TabOf(string text, YamlException error)
    {
        if (!error.Message.Contains("tab", StringComparison.Ordinal))
            return null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (number >= error.Start.Line && tab >= 0 && string.IsNullOrWhiteSpace(line[..tab]) && !string.IsNullOrWhiteSpace(line))
                return (number, tab + 1);
        }

        return null;
    }

    private void Begin(NodeEvent start)
    {
        Count(start);
        if (_open.Count >= _limits.Depth)
            throw Error(start, string.Create(CultureInfo.InvariantCulture, $"It is nested deeper than {_limits.Depth} levels."));
        if (start is MappingStart mapping)
            RequireTag(mapping, mapping.Tag, "map");
        else
            RequireTag(start, start.Tag, "seq");
        if (_open.TryPeek(out var parent) && parent.ExpectsKey)
            throw Error(start, "A key must be a single value.");
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = null;
        _open.Push(new Open(start));
    }

    private YamlNode Expand(AnchorAlias alias)
    {
        if (++_aliases > _limits.Aliases)
            throw Error(alias, string.Create(CultureInfo.InvariantCulture, $"It has more than {_limits.Aliases} aliases (*name)."));
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
            throw Error(alias, $"The alias *{alias.Value.Value} stands for nothing: there is no &{alias.Value.Value} before it.");
        if (node is null)
            throw Error(alias, $"The alias *{alias.Value.Value} stands for something that it is a part of.");
        if (_open.Count + node.Height > _limits.Depth)
            throw Error(alias, string.Create(CultureInfo.InvariantCulture, $"With what the aliases stand for it is nested deeper than {_limits.Depth} levels."));
        Count(alias, node.Size);
        return node;
    }

    private YamlScalar ToScalar(Scalar scalar)
    {
        var isVault = false;
        if (!scalar.Tag.IsEmpty)
        {
            isVault = scalar.Tag.Value is "!vault";
            if (!isVault)
                RequireTag(scalar, scalar.Tag, "str", "int", "float", "bool", "null");
        }

        return new YamlScalar(
            _source,
            (int)scalar.Start.Line,
            (int)scalar.Start.Column,
            scalar.Value,
            isPlain: scalar.Style == ScalarStyle.Plain && (scalar.Tag.IsEmpty || scalar.Tag.Value.EndsWith(":null", StringComparison.Ordinal)),
            isVault);
    }

    private void RequireTag(NodeEvent at, TagName tag, params ReadOnlySpan<string> allowed)
    {
        if (tag.IsEmpty || tag.IsNonSpecific)
            return;
        foreach (var name in allowed)
        {
            if (tag.Value == "tag:yaml.org,2002:" + name)
                return;
        }

        throw Error(at, $"The tag {Clip(tag.Value)} is not read here.");
    }

    private YamlNode Named(NodeEvent start, YamlNode node)
    {
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = node;
        return node;
    }

    private void Add(YamlNode node)
    {
        if (_open.TryPeek(out var parent))
            parent.Add(node);
        else
            _root = node;
    }

    private void Count(ParsingEvent at, int nodes = 1)
    {
        _nodes += nodes;
        if (_nodes > _limits.Nodes)
            throw Error(at, string.Create(CultureInfo.InvariantCulture, $"It has more than {_limits.Nodes} values, with what the aliases stand for."));
    }

    private SourceException Error(ParsingEvent at, string message) => _source.Error(message, (int)at.Start.Line, (int)at.Start.Column);

    private static string Clip(string text) => text.Length > 60 ? text[..60] + "…" : text;

    private static string Sentence(string message)
    {
        message = Clip(message.ReplaceLineEndings(" ").TrimEnd('.'));
        return $"This is not valid YAML: {message}.";
    }

    /// <summary>A list or mapping that is not closed yet.</summary>
    private sealed class Open(NodeEvent start)
    {
        private readonly List<YamlNode> _items = [];
        private readonly List<YamlEntry> _entries = [];
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
        private YamlScalar? _key;

        public NodeEvent Start { get; } = start;

        public bool ExpectsKey => Start is MappingStart && _key is null;

        public void Add(YamlNode node)
        {
            if (Start is SequenceStart)
            {
                _items.Add(node);
            }
            else if (_key is not null)
            {
                _entries.Add(new YamlEntry(_key, node));
                _key = null;
            }
            else
            {
                _key = node as YamlScalar ?? throw node.Error("A key must be a single value.");
                if (_key.IsVault)
                    throw node.Error("A key cannot be a !vault value.");
                if (_key is { IsPlain: true, Text: "<<" })
                    throw node.Error("Merge keys (<<) are not read here. Write the keys out.");
                if (!_keys.Add(_key.Text))
                    throw node.Error($"The key '{Clip(_key.Text)}' is here twice.");
            }
        }

        public YamlNode Close(YamlSource source)
        {
            var (line, column) = ((int)Start.Start.Line, (int)Start.Start.Column);
            return Start is SequenceStart ? new YamlSequence(source, line, column, _items) : new YamlMapping(source, line, column, _entries);
        }
    }
}
