namespace PlatformOps.Core.Yaml;

/// <summary>A list.</summary>
internal sealed class YamlSequence : YamlNode
{
    public YamlSequence(YamlSource source, int line, int column, IReadOnlyList<YamlNode> items)
        : base(source, line, column)
    {
        Items = items;
        Height = 1 + items.Select(i => i.Height).DefaultIfEmpty().Max();
        Size = 1 + items.Sum(i => i.Size);
    }

    public IReadOnlyList<YamlNode> Items { get; }

    public override string KindName => "a list";

    internal override int Height { get; }

    internal override int Size { get; }

    public override YamlNode Map(Func<YamlScalar, YamlScalar> replace)
        => new YamlSequence(Source, Line, Column, Items.Select(i => i.Map(replace)).ToArray());
}
