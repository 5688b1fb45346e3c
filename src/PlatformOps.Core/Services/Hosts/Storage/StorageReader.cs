using System.Globalization;
using System.Text;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>Looks at a host's storage. Whatever cannot be read is an error: what is not known must not look blank.</summary>
internal static class StorageReader
{
    // One look for all of them; says the ones that are missing.
    private const string WhichMissing = "for program in \"$@\"; do command -v \"$program\" >/dev/null || echo \"$program\"; done";

    private static readonly string[] Programs = ["wipefs", "sgdisk", "mdadm", "mkfs.xfs", "xfs_info", "dmsetup", "udevadm"];

    /// <exception cref="RemoteHostException">Something could not be read.</exception>
    public static async Task<StorageSnapshot> ReadAsync(RemoteHost host, StorageProfile profile, CancellationToken cancellationToken)
    {
        try
        {
            var devices = await BlockDeviceListing.ReadAsync(host, cancellationToken);
            var signatures = new Dictionary<string, IReadOnlyList<Signature>>(StringComparer.Ordinal);
            var arrays = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var device in devices.Where(device => StoragePlanner.IsCandidate(device, profile)).SelectMany(disk => disk.WithDescendants()).DistinctBy(device => device.KernelName))
            {
                signatures[device.KernelName] = Signature.Parse(await OutputAsync(host, ["wipefs", "-n", "-p", device.Path], cancellationToken));
                if (device.Type.StartsWith("raid", StringComparison.Ordinal))
                    arrays[device.KernelName] = ArraySize(await OutputAsync(host, ["mdadm", "--detail", "--export", device.Path], cancellationToken));
            }

            var mounts = await MountListing.ReadAsync(host, cancellationToken);
            var isMounted = mounts.Any(mount => mount.Target == profile.MountPoint);
            if (isMounted)
                await host.ReadAsync(["xfs_info", profile.MountPoint], cancellationToken);
            var hasMountPoint = await host.TestAsync(["test", "-d", profile.MountPoint], cancellationToken);
            return new StorageSnapshot
            {
                Devices = devices,
                Signatures = signatures,
                ArraySizes = arrays,
                Mounts = mounts,
                Fstab = await host.ReadFileAsync(FstabFile.Path, cancellationToken) ?? "",
                MdadmConf = profile.Raid0 is null ? "" : await host.ReadFileAsync(MdadmConf.Path, cancellationToken) ?? "",
                HasMountPoint = hasMountPoint,
                InMountPoint = hasMountPoint && !isMounted ? First(await OutputAsync(host, ["ls", "-A", "--", profile.MountPoint], cancellationToken)) : null,
                Machine = OutputText.Line(await host.ReadFileAsync("/sys/class/dmi/id/product_uuid", cancellationToken) ?? "").ToLowerInvariant(),
                MissingPrograms = (await OutputAsync(host, ["sh", "-c", WhichMissing, "sh", .. Programs], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
            };
        }
        catch (FormatException error)
        {
            throw new RemoteHostException(host.Name, $"The storage of {host.Name} could not be read: {error.Message}", error);
        }
    }

    private static async Task<string> OutputAsync(RemoteHost host, IReadOnlyList<string> command, CancellationToken cancellationToken)
        => Encoding.UTF8.GetString((await host.ReadAsync(command, cancellationToken)).OutputBytes.Span);

    private static string? First(string listing) => OutputText.Line(listing.Split('\n')[0]) is { Length: > 0 } name ? name : null;

    private static int ArraySize(string export)
        => export.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.StartsWith("MD_DEVICES=", StringComparison.Ordinal)) is { } line
            && int.TryParse(line["MD_DEVICES=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new FormatException("mdadm --detail did not tell MD_DEVICES.");
}
