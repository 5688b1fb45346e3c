namespace PlatformOps.Lab.Services.Aquilon;

/// <summary>The options of one <c>aq</c> command: a flag has an empty value.</summary>
internal sealed record AqOptions(string Command, IReadOnlyDictionary<string, string> Values)
{
    public string? this[string name] => Values.GetValueOrDefault(name);

    public bool Has(string name) => Values.ContainsKey(name);
}
