using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Lists the GPUs. None found is an answer, not an error; a missing <c>lspci</c> is an error, not "none".</summary>
internal sealed class GpuReport : Report<NoParameters>
{
    public override string Name => "hypervisor.gpus";

    public override string Summary => "GPUs";

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var listing = await context.Client<RemoteShell>().On(context).ReadAsync(["lspci", "-nn"], cancellationToken);
        var gpus = PciListing.Parse(Encoding.UTF8.GetString(listing.OutputBytes.Span)).Where(d => d.IsGpu).ToList();
        return gpus.Count == 0 ? "no GPUs" : string.Join('\n', gpus.Select(g => $"{g.Slot}  {g.Name} [{g.VendorId}:{g.DeviceId}]"));
    }
}
