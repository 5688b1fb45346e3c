using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Secrets;
using PlatformOps.Sessions;

namespace PlatformOps.Core.Sessions;

/// <summary>Opens sessions: reads and checks the configuration. No service is contacted before something is asked of it; a ledger that others share is.</summary>
internal static class SessionOpening
{
    /// <summary>Opens a session that runs can be read in and written to.</summary>
    /// <inheritdoc cref="Open"/>
    /// <exception cref="Errors.LedgerException">The shared ledger cannot be reached.</exception>
    public static async Task<(OpsSession Handle, SessionScope Scope)> OpenAsync(string? path, string? name, IReadOnlyDictionary<string, object>? overrides, CancellationToken cancellationToken)
    {
        var (handle, scope) = Open(path, name, overrides);
        try
        {
            await scope.Store.Ledger.PrepareAsync(cancellationToken);
            return (handle, scope);
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a session to look at its configuration and services.</summary>
    /// <param name="path">The configuration file; found in the usual places where null.</param>
    /// <param name="name">What to call the session; its environment where null.</param>
    /// <param name="overrides">Dotted keys with values that win over the file.</param>
    /// <exception cref="Errors.ConfigurationException">The configuration is missing, not safe, or wrong.</exception>
    public static (OpsSession Handle, SessionScope Scope) Open(string? path, string? name, IReadOnlyDictionary<string, object>? overrides, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        var configuration = new ConfigurationLoader(Registrations.Sections).Load(path, overrides);
        var secrets = new SecretStore(new Redactor());
        var scope = new SessionScope(configuration, secrets, clock, new LedgerFiles(), ledger: SharedLedger.Of(configuration, secrets, clock));
        var handle = new OpsSession
        {
            Name = name ?? configuration.Environment,
            Id = Guid.NewGuid(),
            Environment = configuration.Environment,
            ConfigurationPath = configuration.Path,
            Services = [.. scope.Get<ServiceProbes>().Configured],
            ConnectedAt = clock.GetUtcNow(),
        };
        return (handle, scope);
    }
}
