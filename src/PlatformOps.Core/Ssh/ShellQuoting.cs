using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace PlatformOps.Core.Ssh;

/// <summary>Turns a list of arguments into the one string that SSH can carry, for a POSIX shell. The only place that does.</summary>
internal static partial class ShellQuoting
{
    /// <summary>The kernel's limit for one argument, which the whole command is to the remote shell (Linux MAX_ARG_STRLEN, with its NUL).</summary>
    public const int MaxBytes = (128 * 1024) - 1;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Not '=' (an assignment), '~' (a home), '-' is harmless inside a word.
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+:,./-");

    // Words that a shell would take for its grammar where a command begins, unless quoted.
    private static readonly HashSet<string> Reserved = ["case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then", "time", "until", "while"];

    /// <summary>The command with its variables set by <c>env</c>: assignments before a command are not known to every login shell.</summary>
    /// <exception cref="ArgumentException">Something that cannot be passed unchanged: NUL, half a surrogate pair, a name that is no variable's, more than 128 KiB.</exception>
    public static string Command(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (arguments.Count == 0 || arguments[0].Length == 0)
            throw new ArgumentException("A remote command needs a program as its first argument.", nameof(arguments));

        var text = new StringBuilder();
        if (environment is { Count: > 0 })
        {
            // env would take such a program for one more variable or for its option.
            if (arguments[0].Contains('=', StringComparison.Ordinal) || arguments[0][0] == '-')
                throw new ArgumentException($"'{OutputText.Line(arguments[0])}' cannot be run with variables set: its name begins with '-' or holds '='.", nameof(arguments));
            text.Append("env");
            foreach (var (name, value) in environment)
            {
                if (!VariableName().IsMatch(name))
                    throw new ArgumentException($"'{OutputText.Line(name)}' is not the name of a variable.", nameof(environment));
                text.Append(' ').Append(name).Append('=').Append(value.Length == 0 ? "" : Word(value));
            }
        }

        foreach (var argument in arguments)
        {
            if (text.Length > 0)
                text.Append(' ');
            text.Append(text.Length == 0 && Reserved.Contains(argument) ? $"'{argument}'" : Word(argument));
        }

        var command = text.ToString();
        if (StrictUtf8.GetByteCount(command) > MaxBytes)
            throw new ArgumentException($"The command for '{OutputText.Line(arguments[0])}' is longer than {MaxBytes} bytes, the most that a remote shell takes. Send the data on its standard input.", nameof(arguments));
        return command;
    }

    /// <summary>One argument as one word.</summary>
    /// <exception cref="ArgumentException">It holds NUL or half a surrogate pair, which no command line can carry.</exception>
    public static string Word(string argument)
    {
        if (argument.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"The argument '{OutputText.Line(argument)}' holds a NUL character, which no command line can carry.", nameof(argument));
        try
        {
            _ = StrictUtf8.GetByteCount(argument);
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException($"The argument '{OutputText.Line(argument)}' is not valid Unicode text.", nameof(argument), error);
        }

        return argument.Length > 0 && !argument.AsSpan().ContainsAnyExcept(Plain)
            ? argument
            : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,254}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
