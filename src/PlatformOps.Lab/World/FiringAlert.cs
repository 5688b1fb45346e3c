namespace PlatformOps.Lab.World;

/// <summary>An alert as Alertmanager keeps it.</summary>
internal sealed record FiringAlert(SortedDictionary<string, string> Labels, SortedDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset UpdatedAt, string? GeneratorUrl)
{
    private string? _fingerprint;

    /// <summary>FNV-1a of the labels in order, as prometheus/common computes it (model/signature.go): 16 hexadecimal digits.</summary>
    public string Fingerprint => _fingerprint ??= FingerprintOf(Labels);

    public static string FingerprintOf(SortedDictionary<string, string> labels)
    {
        var hash = 14695981039346656037UL;
        foreach (var text in labels.SelectMany(label => new[] { label.Key, label.Value }))
        {
            foreach (var one in Encoding.UTF8.GetBytes(text))
                Add(one);
            Add(0xff);
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);

        void Add(byte one) => hash = unchecked((hash ^ one) * 1099511628211UL);
    }
}
