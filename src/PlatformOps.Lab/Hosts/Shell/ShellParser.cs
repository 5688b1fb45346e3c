namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>Parses the part of the POSIX shell language that remote commands use.</summary>
internal sealed class ShellParser
{
    private const int MaxDepth = 50;
    private static readonly string[] Closers = ["then", "else", "elif", "fi", "do", "done", "}"];
    private readonly string _text;
    private int _at;
    private int _depth;

    private ShellParser(string text) => _text = text;

    private char Now => _at < _text.Length ? _text[_at] : '\0';

    public static ShellNode Parse(string text)
    {
        var parser = new ShellParser(text);
        var list = parser.List();
        parser.Blank(lines: true);
        return parser._at < text.Length ? throw parser.Unexpected() : list;
    }

    private ShellSyntaxException Unexpected() =>
        new($"syntax error near unexpected token `{(_at >= _text.Length ? "newline" : Now == '\n' ? "newline" : Peek() is { Length: > 0 } word ? word : Now.ToString())}'");

    private bool Ahead(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    private void Blank(bool lines = false)
    {
        while (_at < _text.Length)
        {
            if (Now is ' ' or '\t' || (lines && Now is ('\n' or '\r')))
                _at++;
            else if (Ahead("\\\n"))
                _at += 2;
            else if (Now == '#' && (_at == 0 || char.IsWhiteSpace(_text[_at - 1]) || _text[_at - 1] == ';'))
                while (_at < _text.Length && Now != '\n')
                    _at++;
            else
                break;
        }
    }

    /// <summary>The bare word ahead, for keywords.</summary>
    private string Peek()
    {
        var end = _at;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '_' or '{' or '}' or '!'))
            end++;
        return end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] is not (';' or '&' or '|' or ')' or '(' or '<' or '>') ? "" : _text[_at..end];
    }

    private bool Keyword(string word)
    {
        Blank();
        if (Peek() != word)
            return false;
        _at += word.Length;
        return true;
    }

    private void Expect(string word)
    {
        Blank(lines: true);
        if (!Keyword(word))
            throw Unexpected();
    }

    private ShellNode.List List()
    {
        if (++_depth > MaxDepth)
            throw new ShellSyntaxException("nested too deeply");
        List<ShellNode.ListItem> items = [];
        var joint = ";";
        while (true)
        {
            Blank(lines: true);
            if (_at >= _text.Length || Now == ')' || Closers.Contains(Peek()))
                break;
            var node = Pipeline();
            Blank();
            var background = false;
            string next;
            if (Ahead("&&") || Ahead("||"))
            {
                next = _text.Substring(_at, 2);
                _at += 2;
            }
            else if (Now is ';' or '\n' or '\r')
            {
                next = ";";
                _at++;
            }
            else if (Now == '&')
            {
                next = ";";
                background = true;
                _at++;
            }
            else
            {
                next = "";
            }

            items.Add(new(node, joint, background));
            if (next.Length == 0)
                break;
            joint = next;
        }

        if (joint != ";" && (_at >= _text.Length || Now == ')') && items.Count > 0 && _text[.._at].TrimEnd().EndsWith(joint, Ordinal))
            throw Unexpected();
        _depth--;
        return new ShellNode.List(items);
    }

    private ShellNode Pipeline()
    {
        var negated = Keyword("!");
        List<ShellNode> stages = [Command()];
        while (true)
        {
            Blank();
            if (Now != '|' || Ahead("||"))
                break;
            _at++;
            Blank(lines: true);
            stages.Add(Command());
        }

        return stages.Count == 1 && !negated ? stages[0] : new ShellNode.Pipeline(stages, negated);
    }

    private ShellNode Command()
    {
        Blank();
        if (Now == '(')
        {
            _at++;
            var body = List();
            Blank(lines: true);
            if (Now != ')')
                throw Unexpected();
            _at++;
            return new ShellNode.Group(body, IsSubshell: true, Redirections());
        }

        switch (Peek())
        {
            case "{":
            {
                _at++;
                var body = List();
                Expect("}");
                return new ShellNode.Group(body, IsSubshell: false, Redirections());
            }

            case "if":
                _at += 2;
                return If();
            case "while" or "until":
            {
                var until = Peek() == "until";
                _at += 5;
                var condition = List();
                Expect("do");
                var body = List();
                Expect("done");
                return new ShellNode.While(condition, body, until);
            }

            case "for":
            {
                _at += 3;
                Blank();
                var variable = Peek();
                _at += variable.Length;
                Expect("in");
                List<ShellWord> words = [];
                Blank();
                while (_at < _text.Length && Now is not (';' or '\n'))
                {
                    words.Add(Word());
                    Blank();
                }

                _at++;
                Expect("do");
                var body = List();
                Expect("done");
                return new ShellNode.For(variable, words, body);
            }

            default:
                return Simple();
        }
    }

    private ShellNode.If If()
    {
        List<(ShellNode, ShellNode)> branches = [];
        ShellNode? otherwise = null;
        while (true)
        {
            var condition = List();
            Expect("then");
            branches.Add((condition, List()));
            Blank(lines: true);
            if (Keyword("elif"))
                continue;
            if (Keyword("else"))
                otherwise = List();
            Expect("fi");
            return new ShellNode.If(branches, otherwise);
        }
    }

    private List<ShellNode.Redirection> Redirections()
    {
        List<ShellNode.Redirection> found = [];
        while (Redirect() is { } one)
            found.Add(one);
        return found;
    }

    private ShellNode.Redirection? Redirect()
    {
        Blank();
        var start = _at;
        var descriptor = -1;
        if (char.IsAsciiDigit(Now) && _at + 1 < _text.Length && _text[_at + 1] is ('<' or '>'))
        {
            descriptor = _text[_at] - '0';
            _at++;
        }

        var both = Ahead("&>");
        string? sign = both ? "&>" : Ahead(">>") ? ">>" : Ahead(">&") ? ">&" : Ahead("<<<") ? "<<<" : Now is '>' or '<' ? Now.ToString() : null;
        if (sign is null || Ahead("<<-") || (Ahead("<<") && sign != "<<<"))
        {
            if (sign is not null)
                throw new ShellSyntaxException("here-documents are not simulated");
            _at = start;
            return null;
        }

        _at += sign.Length;
        Blank();
        return new ShellNode.Redirection(descriptor >= 0 ? descriptor : sign[0] == '<' ? 0 : 1, sign, Word());
    }

    private ShellNode.Simple Simple()
    {
        List<(string, ShellWord)> assignments = [];
        List<ShellWord> words = [];
        List<ShellNode.Redirection> redirections = [];
        while (true)
        {
            if (Redirect() is { } redirection)
            {
                redirections.Add(redirection);
                continue;
            }

            Blank();
            if (_at >= _text.Length || Now is ';' or '\n' or '\r' or '&' or '|' or ')')
                break;
            if (Now == '(')
                throw Unexpected();
            if (words.Count == 0 && Assignment() is { } name)
                assignments.Add((name, Now is ' ' or '\t' or '\n' or ';' or '&' or '|' or ')' or '\0' ? new ShellWord([]) : Word()));
            else
                words.Add(Word());
        }

        if (assignments.Count == 0 && words.Count == 0 && redirections.Count == 0)
            throw Unexpected();
        return new ShellNode.Simple(assignments, words, redirections);
    }

    private string? Assignment()
    {
        var end = _at;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
            end++;
        if (end == _at || end >= _text.Length || _text[end] != '=' || char.IsAsciiDigit(_text[_at]))
            return null;
        var name = _text[_at..end];
        _at = end + 1;
        return name;
    }

    private ShellWord Word()
    {
        List<ShellWord.Part> parts = [];
        var literal = new StringBuilder();
        while (_at < _text.Length && Now is not (' ' or '\t' or '\n' or '\r' or ';' or '&' or '|' or '<' or '>' or '(' or ')'))
        {
            switch (Now)
            {
                case '\\':
                    _at++;
                    if (_at < _text.Length && Now != '\n')
                    {
                        Flush();
                        parts.Add(new(ShellWord.Kind.Literal, Now.ToString(), Quoted: true));
                    }

                    _at++;
                    break;
                case '\'':
                {
                    Flush();
                    var end = _text.IndexOf('\'', _at + 1);
                    if (end < 0)
                        throw new ShellSyntaxException("unexpected EOF while looking for matching `''");
                    parts.Add(new(ShellWord.Kind.Literal, _text[(_at + 1)..end], Quoted: true));
                    _at = end + 1;
                    break;
                }

                case '"':
                    Flush();
                    Quoted(parts);
                    break;
                case '$' or '`':
                {
                    var before = _at;
                    if (Expansion(quoted: false) is { } part)
                    {
                        var after = _at;
                        _at = before;
                        Flush();
                        _at = after;
                        parts.Add(part);
                    }
                    else
                    {
                        literal.Append('$');
                    }

                    break;
                }

                default:
                    literal.Append(Now);
                    _at++;
                    break;
            }
        }

        Flush();
        if (parts.Count == 0)
            throw Unexpected();
        return new ShellWord(parts);

        void Flush()
        {
            if (literal.Length > 0)
                parts.Add(new(ShellWord.Kind.Literal, literal.ToString(), Quoted: false));
            literal.Clear();
        }
    }

    private void Quoted(List<ShellWord.Part> parts)
    {
        _at++;
        var literal = new StringBuilder();
        // An empty pair of quotes is a word too.
        var any = false;
        while (true)
        {
            if (_at >= _text.Length)
                throw new ShellSyntaxException("unexpected EOF while looking for matching `\"'");
            if (Now == '"')
            {
                _at++;
                break;
            }

            if (Now == '\\' && _at + 1 < _text.Length && _text[_at + 1] is ('$' or '`' or '"' or '\\' or '\n'))
            {
                if (_text[_at + 1] != '\n')
                    literal.Append(_text[_at + 1]);
                _at += 2;
            }
            else if ((Now is '$' or '`') && Expansion(quoted: true) is { } part)
            {
                if (literal.Length > 0)
                    parts.Add(new(ShellWord.Kind.Literal, literal.ToString(), Quoted: true));
                literal.Clear();
                parts.Add(part);
                any = true;
            }
            else
            {
                literal.Append(Now);
                _at++;
            }
        }

        if (literal.Length > 0 || !any)
            parts.Add(new(ShellWord.Kind.Literal, literal.ToString(), Quoted: true));
    }

    /// <summary>A <c>$…</c> or backquotes; null when the dollar stands for itself (it is not consumed then by quoted text, but by a bare word).</summary>
    private ShellWord.Part? Expansion(bool quoted)
    {
        if (Now == '`')
        {
            var end = _text.IndexOf('`', _at + 1);
            if (end < 0)
                throw new ShellSyntaxException("unexpected EOF while looking for matching ``'");
            var script = _text[(_at + 1)..end];
            _at = end + 1;
            return new(ShellWord.Kind.Command, script, quoted);
        }

        var next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        if (next == '(')
        {
            var arithmetic = _at + 2 < _text.Length && _text[_at + 2] == '(';
            var start = _at + 2;
            var end = Closing(start);
            _at = end + 1;
            return arithmetic && _text[end - 1] == ')'
                ? new(ShellWord.Kind.Arithmetic, _text[(start + 1)..(end - 1)], quoted)
                : new(ShellWord.Kind.Command, _text[start..end], quoted);
        }

        if (next == '{')
        {
            var end = _text.IndexOf('}', _at);
            if (end < 0)
                throw new ShellSyntaxException("unexpected EOF while looking for matching `}'");
            var inner = _text[(_at + 2)..end];
            _at = end + 1;
            var split = inner.IndexOfAny([':', '-', '+', '=', '?', '%', '#'], inner.StartsWith('#') ? inner.Length : 0);
            if (split <= 0)
                return new(ShellWord.Kind.Variable, inner, quoted);
            var sign = split + 1 < inner.Length && inner[split] == ':' ? inner.Substring(split, 2)
                : split + 1 < inner.Length && inner[split] is ('%' or '#') && inner[split + 1] == inner[split] ? inner.Substring(split, 2) : inner.Substring(split, 1);
            var argument = inner[(split + sign.Length)..];
            return new(ShellWord.Kind.Variable, inner[..split], quoted, sign, argument.Length == 0 ? new ShellWord([]) : new ShellParser($"\"{argument.Replace("\"", "", Ordinal).Replace("'", "", Ordinal)}\"").Word());
        }

        if (next is '?' or '$' or '!' or '#' or '@' or '*' || char.IsAsciiDigit(next))
        {
            _at += 2;
            return new(ShellWord.Kind.Variable, next.ToString(), quoted);
        }

        if (char.IsAsciiLetter(next) || next == '_')
        {
            var end = _at + 1;
            while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
                end++;
            var name = _text[(_at + 1)..end];
            _at = end;
            return new(ShellWord.Kind.Variable, name, quoted);
        }

        if (!quoted)
            _at++;
        return null;
    }

    private int Closing(int from)
    {
        var depth = 1;
        for (var i = from; i < _text.Length; i++)
        {
            switch (_text[i])
            {
                case '\'':
                    i = _text.IndexOf('\'', i + 1);
                    if (i < 0)
                        throw new ShellSyntaxException("unexpected EOF while looking for matching `''");
                    break;
                case '\\':
                    i++;
                    break;
                case '(':
                    depth++;
                    break;
                case ')' when --depth == 0:
                    return i;
            }
        }

        throw new ShellSyntaxException("unexpected EOF while looking for matching `)'");
    }
}
