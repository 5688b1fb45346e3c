using System.Runtime.Loader;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Sessions;

/// <summary>Makes the ledger that several machines share. Its assembly, and the database client it brings, are loaded only where one is configured.</summary>
internal static class SharedLedger
{
    private const string FileName = "PlatformOps.PostgreSql.dll";
    private const string TypeName = "PlatformOps.PostgreSql.DatabaseLedger";

    /// <returns>Null where the ledger is the state folder's own.</returns>
    /// <exception cref="ConfigurationException">This build has none.</exception>
    public static ILedgerStore? Of(OpsConfiguration configuration, SecretStore secrets, TimeProvider time)
    {
        if (configuration.Ledger == LedgerKind.Files)
            return null;
        var core = typeof(SharedLedger).Assembly;
        var path = Path.Combine(Path.GetDirectoryName(core.Location) ?? AppContext.BaseDirectory, FileName);
        if (!File.Exists(path))
            throw new ConfigurationException($"ledger is postgres, but {FileName} is not in this build of PlatformOps.", configuration.Path);
        var settings = configuration.Postgres;
        var options = new SharedLedgerOptions
        {
            Host = settings.Host!,
            Port = settings.Port,
            Database = settings.Database,
            UserName = settings.Username ?? SessionScope.Person,
            Password = settings.Password is { } password ? token => secrets.ResolveAsync(password, token) : null,
            CaFile = settings.CaFile,
            Lease = settings.Lease,
            Patience = settings.Patience,
            Time = time,
        };
        var type = (AssemblyLoadContext.GetLoadContext(core) ?? AssemblyLoadContext.Default).LoadFromAssemblyPath(path).GetType(TypeName, throwOnError: true)!;
        return (ILedgerStore)Activator.CreateInstance(type, options)!;
    }
}
