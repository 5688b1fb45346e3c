namespace PlatformOps.Core.Changes;

/// <summary>The session's clients, made when first asked for. An action names the type it needs; Sessions knows how to make it.</summary>
internal interface IClients
{
    /// <summary>The session's one instance of <typeparamref name="T"/>.</summary>
    /// <exception cref="Errors.ConfigurationException">The configuration has no section for that service.</exception>
    T Get<T>()
        where T : class;
}
