using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Sessions;

public sealed class TargetNamesTests
{
    [Theory]
    [InlineData("hv1", null)]
    [InlineData("hv1.example.org", null)]
    [InlineData("ctl-1", "protected")]
    [InlineData("hv1.internal", "targets.allow")]
    public async Task What_a_service_calls_a_target_is_held_to_the_rules_too(string known, string? refusal)
    {
        var configuration = new OpsConfiguration { Path = "/ops.yaml", Sections = new Dictionary<Type, object>(), Targets = new TargetRules { Allow = ["*.example.org"], Protected = ["ctl-*"] } };
        await using var session = new SessionScope(configuration, new SecretStore(new Redactor()), TimeProvider.System, new MemoryLedgerFiles(), [new Inventory(known)]);
        var identifying = new TargetIdentifier(session).IdentifyAsync(new ActionTarget(ActionTarget.Hypervisor, "hv1.example.org", "MH-1"), ["inventory"], TestContext.Current.CancellationToken);

        if (refusal is null)
            Assert.Equal(known, (await identifying)["inventory"]);
        else
            Assert.Contains(refusal, (await Assert.ThrowsAsync<RefusedException>(() => identifying)).Message, StringComparison.Ordinal);
    }

    private sealed class Inventory(string known) : ServiceRegistration
    {
        public override string Name => "inventory";

        public override Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
            => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["inventory"] = known, [ActionTarget.Ticket] = "MH-1" });
    }
}
