using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Crash;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>A write that is done and not answered, in whole phases: nobody takes it for one that failed, and nobody does it twice.</summary>
public sealed class CommitUnknownTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_that_was_done_and_not_answered_never_counts_as_failed_and_is_not_done_twice()
    {
        await using var lab = await PhaseLab.StartAsync();
        List<string> struck = [];
        for (var number = 1; number <= 4; number++)
        {
            using var network = new LostAnswer(number);
            await using var session = Open(lab, network);
            await lab.ForgetWritesAsync();

            var records = new List<StepRecord>();
            await foreach (var record in session.Runner(MigrationRun.Ticket(session)).RunAsync(MigrationRun.Request(session, ["Setup", "PreDrain"], [PhaseLab.Target(number)], session.Identity("Setup, PreDrain")), Token))
                records.Add(record);

            var failed = records.Where(record => record is { Kind: StepKind.Change, Outcome: StepOutcome.Failed }).Select(record => $"{record.Step} after {network.Lost}: {record.Message}");
            Assert.True(!failed.Any(), string.Join('\n', failed));
            if (network.Lost is { } lost)
                struck.Add(lost);
            var writes = await lab.WriteDetailsAsync();
            Assert.Equal(writes.Where(IsOnce), writes.Where(IsOnce).Distinct());
        }

        Assert.NotEmpty(struck);
    }

    private static bool IsOnce(string write) => write.StartsWith("jira ", StringComparison.Ordinal) || write.StartsWith("alertmanager ", StringComparison.Ordinal) || write.StartsWith("netbox ", StringComparison.Ordinal);

    private static SessionScope Open(PhaseLab lab, LostAnswer network)
    {
        var configuration = new ConfigurationLoader(Registrations.Sections).Load(lab.Lab.ConfigurationPath, new Dictionary<string, object>());
        return new SessionScope(configuration, new SecretStore(new Redactor()), TimeProvider.System, new LedgerFiles(), [.. Registrations.All.Select(Rewired)]);

        ServiceRegistration Rewired(ServiceRegistration service) => service is HttpRegistration
            ? new RewiredService(service, typeof(HttpServiceFactory), scope => new HttpServiceFactory(scope.Time, scope.Secrets.Redactor) { Handler = network })
            : service;
    }

    /// <summary>Loses the answer of one write that must not be sent twice.</summary>
    /// <param name="which">Counted from 1.</param>
    private sealed class LostAnswer(int which) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        private int _writes;

        /// <summary>The request that was done and not answered.</summary>
        public string? Lost { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var path = request.RequestUri!.AbsolutePath;
            if ((request.Method != HttpMethod.Post && request.Method != HttpMethod.Patch) || path.EndsWith("/auth/tokens", StringComparison.Ordinal) || path.EndsWith("/Sessions", StringComparison.Ordinal) || Interlocked.Increment(ref _writes) != which)
                return response;
            response.Dispose();
            Lost = $"{request.Method} {path}";
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        }
    }
}
