using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Sessions;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Sessions;

public sealed class SessionDisposalTests
{
    [Fact]
    public async Task What_was_made_last_is_disposed_first_because_it_may_need_what_was_made_before()
    {
        List<string> ended = [];
        var session = new SessionScope(
            new OpsConfiguration { Path = "/ops.yaml", StateFolder = "/state", Sections = new Dictionary<Type, object>() },
            new SecretStore(new Redactor()), new FakeTimeProvider(), new MemoryLedgerFiles(), [new Both(ended)]);

        session.Get<Upper>();
        await session.DisposeAsync();

        Assert.Equal(["upper", "lower"], ended);
    }

    private sealed class Lower(List<string> ended) : IDisposable
    {
        public void Dispose() => ended.Add("lower");
    }

    private sealed class Upper(List<string> ended) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ended.Add("upper");
            return default;
        }
    }

    private sealed class Both(List<string> ended) : ServiceRegistration
    {
        public override string Name => "both";

        public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
        {
            [typeof(Lower)] = _ => new Lower(ended),
            [typeof(Upper)] = scope =>
            {
                scope.Get<Lower>();
                return new Upper(ended);
            },
        };
    }
}
