namespace PlatformOps.Core.Yaml;

/// <summary>Keys with values, in the order they were written; no key twice.</summary>
internal sealed class YamlMapping : YamlNode
{
    public YamlMapping(YamlSource source, int line, int column, IReadOnlyList<YamlEntry> entries)
        : base(source, line, column)
    {
        Entries = entries;
        Height = 1 + entries.Select(e => e.Value.Height).DefaultIfEmpty(1).Max();
        Size = 1 + entries.Sum(e => 1 + e.Value.Size);
    }

    public IReadOnlyList<YamlEntry> Entries { get; }

    public override string KindName => "a mapping";

    internal override int Height { get; }

    internal override int Size { get; }

    /// <summary>The value of a key, where <c>_</c> and <c>-</c> are equal and case does not matter; null where there is none.</summary>
    public YamlNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (YamlKey.Equal(entry.Name, key))
                return entry.Value;
        }

        return null;
    }

    /// <summary>The same mapping with one value set: in the place of the key that is equal to it, or at the end.</summary>
    public YamlMapping With(YamlScalar key, YamlNode value)
    {
        var entries = Entries.ToList();
        var index = entries.FindIndex(e => YamlKey.Equal(e.Name, key.Text));
        if (index < 0)
            entries.Add(new YamlEntry(key, value));
        else
            entries[index] = new YamlEntry(entries[index].Key, value);
        return new YamlMapping(Source, Line, Column, entries);
    }

    public override YamlNode Map(Func<YamlScalar, YamlScalar> replace)
        => new YamlMapping(Source, Line, Column, Entries.Select(e => e with { Value = e.Value.Map(replace) }).ToArray());
}
