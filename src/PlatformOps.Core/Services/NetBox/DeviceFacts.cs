using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.NetBox;

/// <summary>What kind of machine the target is: its model and maker, its serial number, and whether its type says GPU.</summary>
internal sealed class DeviceFacts : FactSource
{
    public override IReadOnlyList<string> Names { get; } = ["model", "manufacturer", "serial", "gpu"];

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var device = await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken);
        var facts = new Dictionary<string, string> { ["gpu"] = device.HasGpu ? "true" : "false" };
        foreach (var (name, value) in new[] { ("model", device.DeviceType), ("manufacturer", device.Manufacturer), ("serial", device.SerialNumber) })
        {
            if (value is not null)
                facts[name] = value;
        }

        return facts;
    }
}
