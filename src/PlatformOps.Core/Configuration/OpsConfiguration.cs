namespace PlatformOps.Core.Configuration;

/// <summary>The configuration file as validated records. Sections of services are records of the service's own folder, found by their <see cref="SectionAttribute"/>.</summary>
internal sealed record OpsConfiguration
{
    /// <summary>The file it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>The bound sections by their record type.</summary>
    public required IReadOnlyDictionary<Type, object> Sections { get; init; }

    /// <exception cref="Errors.ConfigurationException">The file has no such section; the message names the section and the file.</exception>
    public T Section<T>()
        where T : class
        => throw new NotImplementedException();

    public bool Has<T>()
        where T : class
        => Sections.ContainsKey(typeof(T));
}
