using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.NetBox;

/// <summary>Where the target's management controller is. A runbook that names it needs it: that it is not known, or not clear, is an error.</summary>
internal sealed class BmcAddressFact : FactSource
{
    public override IReadOnlyList<string> Names { get; } = ["bmc-address"];

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        => new Dictionary<string, string> { ["bmc-address"] = (await context.Client<NetBoxClient>().BmcAddressAsync(context.Target.Name, cancellationToken)).Address };
}
