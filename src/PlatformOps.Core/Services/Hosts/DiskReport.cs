using System.Globalization;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Lists the disks, for the ticket.</summary>
internal sealed class DiskReport : Report<NoParameters>
{
    public override string Name => "hypervisor.disks";

    public override string Summary => "disks";

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var listing = await context.Client<RemoteShell>().On(context).ReadAsync(BlockDeviceListing.Command, cancellationToken);
        return Write(DiskListing.Parse(Encoding.UTF8.GetString(listing.OutputBytes.Span)));
    }

    internal static string Write(IReadOnlyList<RemoteDisk> disks)
    {
        if (disks.Count == 0)
            return "no disks";
        var text = new StringBuilder();
        foreach (var disk in disks)
        {
            text.Append(disk.Name).Append("  ").Append(Size(disk.SizeBytes))
                .Append("  ").Append(disk.Model ?? "model unknown")
                .Append("  serial ").Append(disk.Serial ?? "unknown")
                .Append("  ").Append(disk.Transport ?? "?")
                .Append("  ").Append(disk.IsBlank ? "blank" : disk.FileSystem ?? disk.PartitionTable ?? $"{disk.Partitions.Length} partitions");
            if (disk.MountPoints.Length > 0)
                text.Append("  mounted at ").AppendJoin(", ", disk.MountPoints);
            text.Append('\n');
            foreach (var part in disk.Partitions)
                text.Append("  ").Append(part.Name).Append("  ").Append(Size(part.SizeBytes)).Append("  ").Append(part.FileSystem ?? "blank").Append(part.MountPoints.Length > 0 ? $"  {string.Join(", ", part.MountPoints)}" : "").Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.0} GiB");
}
