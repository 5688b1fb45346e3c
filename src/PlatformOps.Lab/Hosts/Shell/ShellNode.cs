namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>A piece of a shell script.</summary>
internal abstract record ShellNode
{
    /// <summary>Pipelines in order, each with what joins it to the one before: <c>;</c>, <c>&amp;&amp;</c>, <c>||</c>; or started in the background.</summary>
    public sealed record List(IReadOnlyList<ListItem> Items) : ShellNode;

    public sealed record Pipeline(IReadOnlyList<ShellNode> Stages, bool Negated) : ShellNode;

    public sealed record Simple(IReadOnlyList<(string Name, ShellWord Value)> Assignments, IReadOnlyList<ShellWord> Words, IReadOnlyList<Redirection> Redirections) : ShellNode;

    public sealed record Group(ShellNode Body, bool IsSubshell, IReadOnlyList<Redirection> Redirections) : ShellNode;

    public sealed record If(IReadOnlyList<(ShellNode Condition, ShellNode Body)> Branches, ShellNode? Else) : ShellNode;

    public sealed record While(ShellNode Condition, ShellNode Body, bool Until) : ShellNode;

    public sealed record For(string Variable, IReadOnlyList<ShellWord> Words, ShellNode Body) : ShellNode;

    internal sealed record ListItem(ShellNode Node, string Joint, bool Background);

    /// <summary>File descriptor, operator (<c>&lt; &gt; &gt;&gt; &gt;&amp; &lt;&lt;</c>) and target.</summary>
    internal sealed record Redirection(int Descriptor, string Operator, ShellWord Target);
}
