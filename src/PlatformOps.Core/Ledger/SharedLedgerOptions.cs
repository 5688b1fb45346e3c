namespace PlatformOps.Core.Ledger;

/// <summary>How a ledger that several machines share is reached.</summary>
internal sealed record SharedLedgerOptions
{
    /// <summary>A name or an address; a folder where the server's socket is in one.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 5432;

    public required string Database { get; init; }

    public required string UserName { get; init; }

    /// <summary>Asked for when it is first connected to.</summary>
    public Func<CancellationToken, Task<string>>? Password { get; init; }

    /// <summary>Who the server's certificate must be from; one that the system trusts where null.</summary>
    public string? CaFile { get; init; }

    /// <summary>How long a lock stays its owner's without a word from it, by the server's clock.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a run waits for a server that is away.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    public required TimeProvider Time { get; init; }
}
