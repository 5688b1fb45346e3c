using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

/// <summary>Whose a hypervisor is that is out of service, and that it is somebody's before anything on it is destroyed.</summary>
public sealed class ClaimTests
{
    private readonly TestScope _scope = Cloud.Create();
    private string _status = "disabled";
    private string? _reason;

    public ClaimTests()
    {
        _scope.Server
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", _ => Cloud.Services(Cloud.Row("hv1.example.org", _status, _reason)))
            .On($"PUT /compute/v2.1/os-services/{Cloud.Service1}", request =>
            {
                (_status, _reason) = (request.Json.GetProperty("status").GetString()!, request.Json.GetProperty("disabled_reason").GetString());
                return ScriptedReply.Ok(new { service = Cloud.Row("hv1.example.org", _status, _reason) });
            });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static NoParameters None => new();

    [Theory]
    [InlineData("disabled", "RL9 [ops:r0 alice MH-101]", StepOutcome.Passed, "claimed by alice for MH-101 (run r0)")]
    [InlineData("disabled", "RL9 [ops:r0 alice]", StepOutcome.Passed, "claimed by alice for no ticket")]
    [InlineData("enabled", null, StepOutcome.Failed, "is enabled")]
    [InlineData("disabled", "RL9 [ops:r0 bob MH-101]", StepOutcome.Failed, "is claimed by bob for MH-101 (run r0)")]
    [InlineData("disabled", "RL9 [ops:r0 alice MH-999]", StepOutcome.Failed, "is claimed by alice for MH-999")]
    [InlineData("disabled", "broken DIMM", StepOutcome.Failed, "was disabled by a person: \"broken DIMM\"")]
    [InlineData("disabled", null, StepOutcome.Failed, "no reason given")]
    public async Task Only_what_carries_our_claim_may_be_destroyed(string status, string? reason, StepOutcome outcome, string says)
    {
        (_status, _reason) = (status, reason);

        // Not even by who takes over: the claim is written first.
        var answer = await ((Check)new CheckClaim()).RunAsync(_scope.Context("hv1.example.org", takeOverReason: "bob is on leave"), None, Token);

        Assert.Equal(outcome, answer.Outcome);
        Assert.Contains(says, answer.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("enabled", "up", null, StepOutcome.Passed, "is up")]
    [InlineData("enabled", "down", null, StepOutcome.Failed, "is down")]
    [InlineData("disabled", "up", "RL9 [ops:r0 alice MH-101]", StepOutcome.Failed, "is disabled: \"RL9 [ops:r0 alice MH-101]\"")]
    [InlineData("enabled", "up", "RL9 [ops:r0 alice MH-101]", StepOutcome.Failed, "still carries the claim of alice")]
    public async Task In_service_is_enabled_up_and_nobodys(string status, string state, string? reason, StepOutcome outcome, string says)
    {
        _scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", _ => Cloud.Services(Cloud.Row("hv1.example.org", status, reason, state: state)));

        var answer = await ((Check)new CheckInService()).RunAsync(_scope.Context("hv1.example.org"), None, Token);

        Assert.Equal(outcome, answer.Outcome);
        Assert.Contains(says, answer.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_claim_stays_as_it_is()
    {
        _reason = "RL9 [ops:r0 alice MH-101]";

        Assert.False((await new ClaimComputeService().RunAsync(_scope.Context("hv1.example.org"), None, Token)).WasApplied);
        Assert.DoesNotContain(_scope.Server.Writes, write => write.Method == "PUT");
    }

    [Theory]
    [InlineData("enabled", null, "is enabled")]
    [InlineData("disabled", "RL9 [ops:r0 bob MH-101]", "claimed by bob")]
    [InlineData("disabled", "broken DIMM", "disabled by a person")]
    public async Task What_is_in_service_or_anothers_is_not_claimed(string status, string? reason, string says)
    {
        (_status, _reason) = (status, reason);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => new ClaimComputeService().RunAsync(_scope.Context("hv1.example.org"), None, Token));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal((status, reason), (_status, _reason));
    }

    [Theory]
    [InlineData("RL9 [ops:r0 bob MH-101]", "RL9 [ops:r1 alice MH-101]")]
    [InlineData("RL9 [ops:r0 carol]", "RL9 [ops:r1 alice MH-101]")]
    [InlineData("broken DIMM", "broken DIMM [ops:r1 alice MH-101]")]
    public async Task What_is_taken_over_keeps_its_reason_and_is_ours_alone(string before, string after)
    {
        _reason = before;

        Assert.True((await new ClaimComputeService().RunAsync(_scope.Context("hv1.example.org", takeOverReason: "on leave"), None, Token)).WasApplied);

        Assert.Equal(after, _reason);
    }

    [Fact]
    public async Task In_service_cannot_be_taken_over()
    {
        _status = "enabled";

        await Assert.ThrowsAsync<RefusedException>(() => new ClaimComputeService().RunAsync(_scope.Context("hv1.example.org", takeOverReason: "on leave"), None, Token));
    }

    [Fact]
    public async Task Undo_gives_the_claim_back()
    {
        Change change = new ClaimComputeService();
        _reason = "RL9 [ops:r0 bob MH-101]";
        var context = _scope.Context("hv1.example.org", takeOverReason: "on leave");
        var before = change.Load(change.Save(await change.ObserveAsync(context, None, Token)));

        await change.RunAsync(context, None, Token);
        await change.UndoAsync(context, None, before, Token);

        Assert.Equal("RL9 [ops:r0 bob MH-101]", _reason);
    }
}
