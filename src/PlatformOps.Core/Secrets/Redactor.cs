using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlatformOps.Core.Secrets;

/// <summary>Takes every secret that was handed out, in any of its usual encodings, out of texts that people or files get to see.</summary>
/// <remarks>
/// Plain, line by line, JSON, URL, XML, shell and PowerShell quoted, base64 at each of the three alignments (so also inside
/// <c>user:secret</c>), and the beginning of one that was cut. One pass over the text by an Aho–Corasick automaton, whatever the
/// number of secrets. Secrets that are too short, or a short word of letters or a short number, are taken out where they stand by
/// themselves only: as a part of other words and of names (<c>hv01.lab.example</c>) they are what everybody says.
/// </remarks>
internal sealed class Redactor
{
    public const string Mask = "***";

    /// <summary>How much of a secret's beginning gives it away.</summary>
    private const int CutLength = 8;

    private const int ShortLength = 4;

    /// <summary>A word or a number of fewer characters is a common one.</summary>
    private const int CommonLength = 8;

    private const int LongLength = 512;

    private const int TypedLength = 128;

    private readonly object _gate = new();
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);

    /// <summary>Null where secrets came since it was built.</summary>
    private volatile Automaton? _automaton = Automaton.Empty;

    /// <summary>Registers a secret. Do it before it can get anywhere.</summary>
    /// <param name="secret">Its value.</param>
    /// <param name="name">What people know it by, such as its reference; never its value.</param>
    public void Add(string secret, string name = "a token that a service gave this session")
    {
        if (string.IsNullOrWhiteSpace(secret))
            return;
        lock (_gate)
        {
            if (_secrets.TryAdd(secret, name))
                _automaton = null;
        }
    }

    /// <summary>The text with a mask in the place of each secret; the same text where there is none.</summary>
    public string Clean(string text)
    {
        if (string.IsNullOrEmpty(text))
            return text;
        var automaton = _automaton;
        if (automaton is null)
        {
            lock (_gate)
                automaton = _automaton ??= Automaton.Of(_secrets.Keys);
        }

        return automaton.Clean(text);
    }

    /// <summary>The names of the secrets that are in a text.</summary>
    public IReadOnlyList<string> NamesIn(string text)
    {
        lock (_gate)
            return [.. _secrets.Where(one => Automaton.Of([one.Key]).Clean(text) != text).Select(one => one.Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether it is taken out only where it stands by itself.</summary>
    public static bool IsCommon(string secret) => secret.Length < ShortLength || (secret.Length < CommonLength && (secret.All(char.IsLower) || secret.All(char.IsUpper) || secret.All(char.IsDigit) || (char.IsUpper(secret[0]) && secret.Skip(1).All(char.IsLower))));

    /// <summary>The forms in which a secret may turn up.</summary>
    private static IEnumerable<string> FormsOf(string secret)
    {
        foreach (var part in PartsOf(secret))
        {
            yield return part;
            var json = JsonEncodedText.Encode(part).Value;
            yield return json;
            // A key file: its lines are forms of their own, and hold nothing that is escaped.
            if (part.Length > LongLength)
                continue;
            // Others write the escapes in lower case.
            yield return LowerEscapes(json, 'u', 4);
            var relaxed = JsonEncodedText.Encode(part, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
            yield return relaxed;
            yield return relaxed.Replace("/", "\\/", StringComparison.Ordinal);
            // Twice: JSON in a JSON string.
            yield return JsonEncodedText.Encode(relaxed, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
            var url = Uri.EscapeDataString(part);
            yield return url;
            yield return LowerEscapes(url, '%', 2);
            yield return url.Replace("%20", "+", StringComparison.Ordinal);
            yield return UrlEncoder.Default.Encode(part);
            var xml = part.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
            yield return xml;
            yield return xml.Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);
            yield return part.Replace("'", "'\\''", StringComparison.Ordinal);
            yield return part.Replace("'", "''", StringComparison.Ordinal);
            yield return part.ReplaceLineEndings("\r\n");
            yield return part.ReplaceLineEndings("\n");
        }

        // UTF-16 is what PowerShell's -EncodedCommand takes; a token is not typed into one.
        foreach (var bytes in secret.Length > TypedLength ? [Encoding.UTF8.GetBytes(secret)] : new[] { Encoding.UTF8.GetBytes(secret), Encoding.Unicode.GetBytes(secret) })
        {
            for (var shift = 0; shift < 3; shift++)
            {
                var base64 = Base64Core(bytes, shift);
                yield return base64;
                yield return base64.Replace('+', '-').Replace('/', '_');
                yield return base64.Replace("+", "%2B", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The secret; and of one with several lines, such as a key, each line too.</summary>
    private static IEnumerable<string> PartsOf(string secret)
    {
        yield return secret;
        var trimmed = secret.Trim();
        if (trimmed.Length < secret.Length && trimmed.Length >= ShortLength)
            yield return trimmed;
        if (secret.AsSpan().IndexOfAny('\r', '\n') < 0)
            yield break;
        foreach (var line in secret.Split(['\r', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length >= CutLength && !line.StartsWith("-----", StringComparison.Ordinal))
                yield return line;
        }
    }

    /// <summary>The base64 characters that the secret alone determines when <paramref name="shift"/> bytes (modulo 3) stand before it.</summary>
    private static string Base64Core(byte[] secret, int shift)
    {
        var padded = new byte[shift + secret.Length];
        secret.CopyTo(padded, shift);
        var text = Convert.ToBase64String(padded);
        var first = ((shift * 8) + 5) / 6;
        var end = padded.Length * 8 / 6;
        return text[first..end];
    }

    private static string LowerEscapes(string text, char mark, int digits)
    {
        var result = text.ToCharArray();
        for (var i = 0; i + digits < result.Length; i++)
        {
            if (result[i] != mark)
                continue;
            for (var j = 1; j <= digits; j++)
                result[i + j] = char.IsAsciiHexDigitUpper(result[i + j]) ? char.ToLowerInvariant(result[i + j]) : result[i + j];
        }

        return new string(result);
    }

    /// <summary>Finds all forms at once. Immutable once built.</summary>
    private sealed class Automaton
    {
        private const int BeginningBits = 16;
        private const int BeginningHashes = 1 << BeginningBits;

        private readonly Dictionary<long, int> _next = [];
        private readonly List<State> _states = [new State()];
        private SearchValues<char> _firstCharacters = SearchValues.Create("");

        /// <summary>Which hashes of four characters begin a form: most places of most texts are passed over with one look. Null where a form is shorter.</summary>
        private bool[]? _beginnings = new bool[BeginningHashes];

        private Automaton()
        {
        }

        public static Automaton Empty { get; } = new();

        public static Automaton Of(IEnumerable<string> secrets)
        {
            var made = new Automaton();
            foreach (var secret in secrets)
            {
                if (secret.Length < ShortLength)
                {
                    made.Insert(secret, isWord: true);
                    continue;
                }

                // Letters and digits look the same in every notation, but not in base64.
                var isCommon = IsCommon(secret);
                foreach (var form in FormsOf(secret).Distinct(StringComparer.Ordinal))
                {
                    if (form.Length >= ShortLength)
                        made.Insert(form, isWord: isCommon && form == secret);
                }
            }

            made.Link();
            return made;
        }

        public string Clean(string text)
        {
            var position = text.AsSpan().IndexOfAny(_firstCharacters);
            if (position < 0)
                return text;

            var found = new List<(int Start, int End)>();
            var state = 0;
            for (; position < text.Length; position++)
            {
                if (state == 0)
                {
                    position = NextBeginning(text, position);
                    if (position == text.Length)
                        break;
                }

                int next;
                while (!_next.TryGetValue(Edge(state, text[position]), out next) && state != 0)
                {
                    // Most of a secret, and then something else: it was cut here.
                    var left = _states[state];
                    if (left.Depth >= CutLength && left.Depth >= left.ShortestThrough / 2)
                        Mark(found, position - left.Depth, position);
                    state = left.Fail;
                }

                state = next;
                while (state != 0 && _states[state].Depth < ShortLength && !MayBegin(text, position + 1 - _states[state].Depth))
                    state = _states[state].Fail;
                var reached = _states[state];
                if (reached.Longest > 0)
                    Mark(found, position + 1 - reached.Longest, position + 1);
                if (reached.LongestWord is > 0 and var word && IsBoundary(text, position - word, -1) && IsBoundary(text, position + 1, 1))
                    Mark(found, position + 1 - word, position + 1);
            }

            // The end of a text is where texts are cut.
            if (_states[state].Depth is >= CutLength and var depth)
                Mark(found, text.Length - depth, text.Length);
            if (found.Count == 0)
                return text;

            var result = new StringBuilder(text.Length);
            var written = 0;
            foreach (var (start, end) in found)
            {
                result.Append(text, written, start - written).Append(Mask);
                written = end;
            }

            return result.Append(text, written, text.Length - written).ToString();
        }

        /// <summary>Notes what to mask. They come in the order of their ends, and one may reach back over earlier ones.</summary>
        private static void Mark(List<(int Start, int End)> found, int start, int end)
        {
            while (found.Count > 0 && found[^1].End >= start)
            {
                start = Math.Min(start, found[^1].Start);
                end = Math.Max(end, found[^1].End);
                found.RemoveAt(found.Count - 1);
            }

            found.Add((start, end));
        }

        private int NextBeginning(string text, int position)
        {
            if (_beginnings is null)
            {
                var skip = text.AsSpan(position).IndexOfAny(_firstCharacters);
                return skip < 0 ? text.Length : position + skip;
            }

            while (position < text.Length && !MayBegin(text, position))
                position++;
            return position;
        }

        private bool MayBegin(string text, int position)
            => _beginnings is null || (position + ShortLength <= text.Length && _beginnings[HashOf(text, position)]);

        private static int HashOf(string text, int position)
        {
            var four = MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(text.AsSpan(position, ShortLength)));
            return (int)((four * 0x9E37_79B9_7F4A_7C15) >> (64 - BeginningBits));
        }

        // The parts of a name are joined by dots and hyphens; a full stop joins nothing.
        private static bool IsBoundary(string text, int index, int outwards)
            => !IsWord(text, index) && !(index >= 0 && index < text.Length && text[index] is '.' or '-' && IsWord(text, index + outwards));

        private static bool IsWord(string text, int index) => index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');

        private void Insert(string form, bool isWord)
        {
            if (form.Length < ShortLength)
                _beginnings = null;
            else if (_beginnings is not null)
                _beginnings[HashOf(form, 0)] = true;
            var state = 0;
            foreach (var c in form)
            {
                ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(_next, Edge(state, c), out var exists);
                if (!exists)
                {
                    next = _states.Count;
                    _states.Add(new State { Depth = _states[state].Depth + 1, Parent = state, Character = c });
                }

                state = next;
                _states[state].ShortestThrough = Math.Min(_states[state].ShortestThrough, form.Length);
            }

            if (isWord)
                _states[state].LongestWord = form.Length;
            else
                _states[state].Longest = form.Length;
        }

        private void Link()
        {
            foreach (var index in Enumerable.Range(1, _states.Count - 1).OrderBy(i => _states[i].Depth))
            {
                var state = _states[index];
                if (state.Depth > 1)
                    state.Fail = Step(_states[state.Parent].Fail, state.Character);
                var fail = _states[state.Fail];
                state.Longest = Math.Max(state.Longest, fail.Longest);
                state.LongestWord = Math.Max(state.LongestWord, fail.LongestWord);
            }

            _firstCharacters = SearchValues.Create(_states.Skip(1).Where(s => s.Depth == 1).Select(s => s.Character).Distinct().ToArray());
        }

        private int Step(int state, char c)
        {
            int next;
            while (!_next.TryGetValue(Edge(state, c), out next) && state != 0)
                state = _states[state].Fail;
            return next;
        }

        private static long Edge(int state, char c) => ((long)state << 16) | c;

        private sealed class State
        {
            public int Depth { get; init; }

            public int Parent { get; init; }

            public char Character { get; init; }

            public int Fail { get; set; }

            /// <summary>The longest form that ends here; 0 where none does.</summary>
            public int Longest { get; set; }

            /// <summary>The longest of the short ones that ends here.</summary>
            public int LongestWord { get; set; }

            /// <summary>The length of the shortest form that begins like this.</summary>
            public int ShortestThrough { get; set; } = int.MaxValue;
        }
    }
}
