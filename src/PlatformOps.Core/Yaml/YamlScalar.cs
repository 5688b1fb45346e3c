namespace PlatformOps.Core.Yaml;

/// <summary>A single value as text. What type it is, is for the one who binds it to say.</summary>
internal class YamlScalar(YamlSource source, int line, int column, string text, bool isPlain = false, bool isVault = false)
    : YamlNode(source, line, column)
{
    public string Text { get; } = text;

    /// <summary>Written without quotes.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Tagged <c>!vault</c>: the text is ansible-vault's.</summary>
    public bool IsVault { get; } = isVault;

    /// <summary>Nothing, <c>~</c> or <c>null</c>, without quotes.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    public override string KindName => "a single value";

    internal override int Height => 1;

    internal override int Size => 1;

    /// <summary>The same place with another text.</summary>
    public YamlScalar WithText(string text) => new(Source, Line, Column, text, isPlain: false, IsVault);

    public override YamlNode Map(Func<YamlScalar, YamlScalar> replace) => replace(this);
}
