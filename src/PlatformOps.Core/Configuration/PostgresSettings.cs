using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Configuration;

/// <summary>The database of a shared ledger.</summary>
internal sealed record PostgresSettings
{
    /// <summary>A name or an address, or the folder of the server's socket. Over a network it is TLS, with a certificate of this name.</summary>
    public string? Host { get; init; }

    [Range(1, 65535)]
    public int Port { get; init; } = 5432;

    public string Database { get; init; } = "platformops";

    /// <summary>The account's name where null.</summary>
    public string? Username { get; init; }

    /// <summary>None for a server that knows the account by its socket.</summary>
    public Secret? Password { get; init; }

    /// <summary>Certificate authorities to trust instead of the system's.</summary>
    [LocalPath]
    public string? CaFile { get; init; }

    /// <summary>After how long a lock is free whose owner is gone.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a run waits for a server that is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);
}
