namespace PlatformOps.Core.Configuration;

/// <summary>What one machine is called by each service. Says which names to try; the service says which of them it knows.</summary>
internal sealed record HostIdentity : ICheckedRecord
{
    private static readonly string[] Default = ["${fqdn}", "${name}"];
    private static readonly string[] Placeholders = ["${fqdn}", "${name}", "${domain}"];

    public IReadOnlyList<string> Netbox { get; init; } = Default;

    /// <summary>Nova's service host.</summary>
    public IReadOnlyList<string> Nova { get; init; } = Default;

    /// <summary>Nova's hypervisor hostname.</summary>
    public IReadOnlyList<string> Hypervisor { get; init; } = Default;

    /// <summary>The value of the alerts' label.</summary>
    public IReadOnlyList<string> Alertmanager { get; init; } = Default;

    public IReadOnlyList<string> Aquilon { get; init; } = Default;

    public IReadOnlyList<string> Kayobe { get; init; } = Default;

    /// <summary>The names to try, in order, each once.</summary>
    /// <param name="service">The key of the pattern: <c>netbox</c>, <c>nova</c>, <c>hypervisor</c>, <c>alertmanager</c>, <c>aquilon</c>, <c>kayobe</c>.</param>
    /// <param name="fqdn">The name that the user gave.</param>
    public IReadOnlyList<string> Candidates(string service, string fqdn)
    {
        var dot = fqdn.IndexOf('.', StringComparison.Ordinal);
        var name = dot > 0 ? fqdn[..dot] : fqdn;
        var domain = dot > 0 ? fqdn[(dot + 1)..] : null;
        return PatternsOf(service)
            .Where(p => domain is not null || !p.Contains("${domain}", StringComparison.Ordinal))
            .Select(p => p.Replace("${fqdn}", fqdn, StringComparison.Ordinal).Replace("${name}", name, StringComparison.Ordinal).Replace("${domain}", domain, StringComparison.Ordinal))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToArray();
    }

    public IEnumerable<string> Problems()
    {
        foreach (var service in Services)
        {
            var patterns = PatternsOf(service);
            if (patterns.Count == 0)
                yield return $"{service} has no pattern.";
            foreach (var pattern in patterns)
            {
                var rest = Placeholders.Aggregate(pattern, (text, placeholder) => text.Replace(placeholder, "", StringComparison.Ordinal));
                if (rest.Contains('$', StringComparison.Ordinal) || rest.Contains('{', StringComparison.Ordinal))
                    yield return $"'{pattern}' for {service} has an unknown placeholder. Known: {string.Join(", ", Placeholders)}.";
                else if (rest.Length == pattern.Length)
                    yield return $"'{pattern}' for {service} has no placeholder, so that every machine would be called the same. Known: {string.Join(", ", Placeholders)}.";
            }
        }
    }

    private static string[] Services { get; } = ["netbox", "nova", "hypervisor", "alertmanager", "aquilon", "kayobe"];

    private IReadOnlyList<string> PatternsOf(string service) => service switch
    {
        "netbox" => Netbox,
        "nova" => Nova,
        "hypervisor" => Hypervisor,
        "alertmanager" => Alertmanager,
        "aquilon" => Aquilon,
        "kayobe" => Kayobe,
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "No names of machines are kept for this service."),
    };
}
