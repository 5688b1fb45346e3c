using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class ComputeServiceUpTests
{
    private const string Line = "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org";
    private const string Up = $"nova-compute on 'hv1.example.org' (id {Cloud.Service1}) is up, last heard of at 2026-11-18T11:59:55Z";

    private readonly TestScope _scope = Cloud.Create();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_up_where_nova_hears_of_it_disabled_or_not()
    {
        _scope.Server.On(Line, Cloud.Services(Cloud.Row("hv1.example.org", "disabled", "RL9")));

        var result = await CheckAsync(Cloud.Service1.ToUpperInvariant());

        Assert.Equal((StepOutcome.Passed, Up), (result.Outcome, result.Evidence));
        Assert.Equal(["GET /compute/v2.1/", Line, "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1"], _scope.Server.Lines.Skip(1));
    }

    [Fact]
    public async Task It_is_not_where_nova_does_not_hear_of_it_or_a_person_forced_it_down()
    {
        var row = Cloud.Row("hv1.example.org", state: "down");
        row["forced_down"] = true;
        _scope.Server.On(Line, Cloud.Services(Cloud.Row("hv1.example.org", state: "down")), Cloud.Services(row));

        var silent = await CheckAsync();
        var forced = await CheckAsync();

        Assert.Equal((StepOutcome.Failed, $"nova-compute on 'hv1.example.org' (id {Cloud.Service1}) is down, last heard of at 2026-11-18T11:59:55Z"), (silent.Outcome, silent.Evidence));
        Assert.Contains("is down, forced down by a person, last heard of", forced.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_record_than_the_one_that_was_written_down_fails_although_it_is_up()
    {
        var result = await CheckAsync("aaaaaaaa-0000-0000-0000-000000000099");

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.Contains($"has the record {Cloud.Service1}, not aaaaaaaa-0000-0000-0000-000000000099: it was made anew", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_record_fails_and_no_answer_leaves_it_unknown()
    {
        _scope.Server.On(Line, Cloud.Services(), ScriptedReply.Json(403, new { forbidden = new { code = 403, message = "no" } }), Cloud.Services(new { binary = "nova-compute", host = "hv1.example.org", status = "UNKNOWN" }))
            .On("GET /compute/v2.1/os-services?binary=nova-compute", Cloud.Services());

        Assert.Equal([StepOutcome.Failed, StepOutcome.Unknown, StepOutcome.Unknown], [(await CheckAsync()).Outcome, (await CheckAsync()).Outcome, (await CheckAsync()).Outcome]);
    }

    [Fact]
    public async Task Waiting_is_over_once_it_is_up_and_takes_a_nova_that_is_away_for_the_deployment()
    {
        _scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute", Cloud.Services()).On(Line,
            Cloud.Services(),
            ScriptedReply.Refused(), ScriptedReply.Refused(), ScriptedReply.Refused(), ScriptedReply.Refused(),
            Cloud.Services(new { binary = "nova-compute", host = "hv1.example.org", status = "UNKNOWN" }),
            Cloud.Services(Cloud.Row("hv1.example.org", state: "down")),
            Cloud.Services(Cloud.Row("hv1.example.org")));

        List<WaitResult> looks = [];
        do
            looks.Add(await LookAsync(Cloud.Service1));
        while (!looks[^1].IsOver && looks.Count < 10);

        Assert.Equal(5, looks.Count);
        Assert.All(looks[..4], look => Assert.StartsWith("Resume-OpsRun r1 looks again: nova-compute is not up: ", look.Message, StringComparison.Ordinal));
        Assert.Equal(Up, looks[4].Message);
    }

    [Fact]
    public async Task Waiting_ends_with_an_error_where_it_can_never_be_over()
    {
        await Assert.ThrowsAsync<StepFailedException>(() => LookAsync("another"));
        _scope.Server.On(Line, ScriptedReply.Json(403, new { forbidden = new { code = 403, message = "no" } }));
        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => LookAsync(null));
    }

    [Fact]
    public void A_run_stays_as_long_as_it_is_told_to()
    {
        Wait wait = new AwaitComputeServiceUp();

        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(25)), (wait.StayFor(new AwaitComputeServiceUpParameters()), wait.StayFor(new AwaitComputeServiceUpParameters(Within: TimeSpan.FromMinutes(25)))));
    }

    private Task<CheckResult> CheckAsync(string? id = null) => ((Check)new CheckComputeServiceUp()).RunAsync(_scope.Context("hv1.example.org"), new CheckComputeServiceUpParameters(id), Token);

    private Task<WaitResult> LookAsync(string? id) => ((Wait)new AwaitComputeServiceUp()).LookAsync(_scope.Context("hv1.example.org"), new AwaitComputeServiceUpParameters(id), Token);
}
