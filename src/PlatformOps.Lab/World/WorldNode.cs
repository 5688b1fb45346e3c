using YamlDotNet.RepresentationModel;

namespace PlatformOps.Lab.World;

/// <summary>A mapping of a world file; what is wrong with it is said with its line.</summary>
internal sealed class WorldNode
{
    private readonly YamlMappingNode _mapping;
    private readonly string _file;
    private readonly string _what;

    public WorldNode(YamlNode node, string file, string what)
    {
        _file = file;
        _what = what;
        _mapping = node as YamlMappingNode ?? throw new LabException($"world file '{file}', line {node.Start.Line}: {what} is not a mapping");
    }

    public void AllowOnly(params string[] known)
    {
        foreach (var key in _mapping.Children.Keys)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name))
                throw new LabException($"world file '{_file}', line {key.Start.Line}: {_what} has no key '{name}' (known: {string.Join(", ", known)})");
        }
    }

    public LabException Wrong(string key, string text) => new($"world file '{_file}', line {Line(key)}: '{key}' of {_what}: {text}");

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value is "" or "~" or "null" && scalar.Style == YamlDotNet.Core.ScalarStyle.Plain ? null : scalar.Value,
        _ => throw Wrong(key, "one value is expected"),
    };

    public string Required(string key) => Text(key) ?? throw new LabException($"world file '{_file}', line {_mapping.Start.Line}: {_what} needs '{key}'");

    public int? Whole(string key) => Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(key, $"'{text}' is not a whole number");

    public double? Number(string key) => Text(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(key, $"'{text}' is not a number");

    public bool? Flag(string key) => Text(key) is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag : throw Wrong(key, $"'{text}' is neither true nor false");

    public IReadOnlyList<string>? Texts(string key) => Find(key) switch
    {
        null => null,
        YamlSequenceNode list => [.. list.Children.Select(item => (item as YamlScalarNode)?.Value ?? throw Wrong(key, "a list of names is expected"))],
        _ => throw Wrong(key, "a list is expected"),
    };

    public WorldNode? Section(string key, params string[] known)
    {
        if (Find(key) is not { } node)
            return null;
        var section = new WorldNode(node, _file, key);
        section.AllowOnly(known);
        return section;
    }

    public IEnumerable<WorldNode> Items(string key) => Find(key) switch
    {
        null => [],
        YamlSequenceNode list => list.Children.Select(item => new WorldNode(item, _file, $"an item of {key}")),
        _ => throw Wrong(key, "a list is expected"),
    };

    private YamlNode? Find(string key) => _mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    private long Line(string key) => Find(key)?.Start.Line ?? _mapping.Start.Line;
}
