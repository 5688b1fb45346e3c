using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary><c>mellanox</c> and <c>nvidia</c>: whether the host has a network controller of the one, or a GPU of the other. Without a readable <c>lspci</c> both are left out, so that a step that asks is an error and not skipped.</summary>
internal sealed class PciFacts : FactSource
{
    public override IReadOnlyList<string> Names => ["mellanox", "nvidia"];

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        var listing = await host.LookAsync(new SshCommand(["lspci", "-nn"]), cancellationToken);
        var text = Encoding.UTF8.GetString(listing.OutputBytes.Span);
        // Every machine has some device: a list without any is no answer.
        if (listing.ExitStatus != 0 || !PciListing.IsListing(text))
            return new Dictionary<string, string>();
        var devices = PciListing.Parse(text);
        return new Dictionary<string, string> { ["mellanox"] = Yes(devices.Any(device => device.IsMellanox)), ["nvidia"] = Yes(devices.Any(device => device.IsGpu)) };
    }

    private static string Yes(bool value) => value ? "true" : "false";
}
