namespace PlatformOps.ModuleBuilder;

/// <summary>A cmdlet as its metadata and its XML comments describe it.</summary>
internal sealed record CmdletInfo
{
    public required string Verb { get; init; }
    public required string Noun { get; init; }
    public string Name => Verb + "-" + Noun;
    public required string Synopsis { get; init; }
    public required IReadOnlyList<string> Description { get; init; }
    public required IReadOnlyList<ExampleInfo> Examples { get; init; }
    public required IReadOnlyList<LinkInfo> Links { get; init; }
    public required IReadOnlyList<ParameterInfo> Parameters { get; init; }
    public required IReadOnlyList<string> OutputTypes { get; init; }
    public required string DefaultParameterSet { get; init; }

    /// <summary>The parameter sets by name, the default one first; one unnamed set where there are none.</summary>
    public IReadOnlyList<string> ParameterSets()
    {
        var names = Parameters.SelectMany(p => p.Sets.Keys).Where(name => name != ParameterInfo.AllSets).Distinct().ToList();
        if (names.Count == 0)
            return [ParameterInfo.AllSets];
        return [.. names.OrderBy(name => name == DefaultParameterSet ? 0 : 1)];
    }
}

/// <summary>An example: its title, its code, and what it does.</summary>
internal sealed record ExampleInfo(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>A related link.</summary>
internal sealed record LinkInfo(string Text, string? Uri);

/// <summary>How a parameter stands in one parameter set.</summary>
internal sealed record ParameterInSet(bool Mandatory, int? Position, bool ByValue, bool ByPropertyName, bool Remaining);

/// <summary>A parameter.</summary>
internal sealed record ParameterInfo
{
    public const string AllSets = "__AllParameterSets";

    public required string Name { get; init; }
    public required string TypeName { get; init; }
    public required string FullTypeName { get; init; }
    public required bool IsSwitch { get; init; }
    public required bool IsArray { get; init; }
    public required bool Wildcards { get; init; }
    public required bool Hidden { get; init; }
    public required IReadOnlyList<string> Values { get; init; }
    public required IReadOnlyList<string> Aliases { get; init; }
    public required IReadOnlyList<string> Description { get; init; }
    public required string? Default { get; init; }
    public required IReadOnlyDictionary<string, ParameterInSet> Sets { get; init; }

    public ParameterInSet? In(string set) => Sets.GetValueOrDefault(set) ?? Sets.GetValueOrDefault(AllSets);
}
