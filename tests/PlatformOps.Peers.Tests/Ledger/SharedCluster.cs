namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>One PostgreSQL for the tests of a class, which have a database each.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private PostgreSqlCluster? _cluster;

    internal async Task<PostgreSqlCluster> WithNewDatabaseAsync()
    {
        _cluster ??= await PostgreSqlCluster.StartAsync();
        await _cluster.NewDatabaseAsync();
        return _cluster;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
