namespace PlatformOps.Core.Configuration;

/// <summary>Where runs are written down.</summary>
internal enum LedgerKind
{
    /// <summary>In the files of the state folder.</summary>
    Files,

    /// <summary>In a PostgreSQL database that several machines share.</summary>
    Postgres,
}
