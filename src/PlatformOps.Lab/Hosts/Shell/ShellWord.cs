namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>A word before expansion.</summary>
internal sealed record ShellWord(IReadOnlyList<ShellWord.Part> Parts)
{
    internal enum Kind
    {
        Literal,
        Variable,
        Command,
        Arithmetic,
    }

    public bool IsPlain(string text) => Parts is [{ Kind: Kind.Literal, Quoted: false } only] && only.Text == text;

    /// <summary>A part: its text, variable name or script; a variable may have an operator such as <c>:-</c> and its word.</summary>
    internal sealed record Part(Kind Kind, string Text, bool Quoted, string? Operator = null, ShellWord? Argument = null);
}
