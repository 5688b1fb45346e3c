using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Reads what a host tells about itself. Each fact is one plain command, four at a time over one connection; a missing tool makes its fact unknown, nothing else. A connection that is lost ends the reading: what nobody answered is no fact.</summary>
internal static class HostFacts
{
    private const int AtATime = 4;

    /// <exception cref="RemoteHostException">The host was not reached, its connection dropped in between, or it has no readable /etc/os-release.</exception>
    /// <exception cref="HostKeyException">Its host key is not trusted.</exception>
    public static async Task<RemoteHostFact> ReadAsync(RemoteHost host, CancellationToken cancellationToken)
    {
        // Alone and first: it logs in, and it is the one fact that must be there.
        var os = await OsAsync(host, cancellationToken);

        using var turns = new SemaphoreSlim(AtATime);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        OpsException? lost = null;
        var unknown = new List<string>();
        var fqdn = Word(["hostname", "-f"]);
        var serial = File("/sys/class/dmi/id/product_serial");
        var uuid = File("/sys/class/dmi/id/product_uuid");
        var boot = File("/proc/sys/kernel/random/boot_id");
        var uptime = File("/proc/uptime");
        var memory = File("/proc/meminfo");
        var cpus = Word(["nproc"]);
        var disks = Parsed(BlockDeviceListing.Command, DiskListing.Parse);
        var nics = Parsed(["ip", "-j", "link"], NicListing.Parse);
        var pci = Parsed(["lspci", "-nn"], PciListing.Parse);
        var efi = Ask(async () => (bool?)await host.TestAsync(["test", "-d", "/sys/firmware/efi"], stop.Token));
        var computeId = Ask(() => ComputeIdAsync(host, stop.Token));
        try
        {
            await Task.WhenAll(fqdn, serial, uuid, boot, uptime, memory, cpus, disks, nics, pci, efi, computeId);
        }
        catch (Exception) when (lost is not null)
        {
            ExceptionDispatchInfo.Throw(lost);
        }

        return new RemoteHostFact
        {
            HostName = host.Name,
            OsId = os.Id,
            OsVersion = os.Version,
            OsMajor = os.Major,
            OsName = os.Name,
            Fqdn = await fqdn,
            SerialNumber = await serial,
            Uuid = (await uuid)?.ToLowerInvariant(),
            BootId = await boot,
            Disks = await disks,
            Nics = await nics,
            PciDevices = await pci,
            BootedByEfi = await efi,
            CpuCount = int.TryParse(await cpus, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null,
            MemoryMiB = MemoryMiB(await memory),
            ComputeId = (await computeId)?.Id,
            ComputeIdPath = (await computeId)?.Path,
            UptimeSeconds = double.TryParse((await uptime)?.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? seconds : null,
            Unknown = [.. unknown.Order(StringComparer.Ordinal)],
        };

        Task<string?> Word(string[] command) => Ask(async () => Text(Encoding.UTF8.GetString((await host.ReadAsync(command, stop.Token)).OutputBytes.Span)));

        Task<string?> File(string path) => Ask(async () => Text(await host.ReadFileAsync(path, stop.Token)));

        Task<T?> Parsed<T>(IReadOnlyList<string> command, Func<string, T> parse)
            where T : class
            => Ask(async () => (T?)parse(Encoding.UTF8.GetString((await host.ReadAsync(command, stop.Token)).OutputBytes.Span)));

        async Task<T?> Ask<T>(Func<Task<T?>> read)
        {
            await turns.WaitAsync(stop.Token);
            try
            {
                // A turn can be given to one that waits before it is told to stop.
                stop.Token.ThrowIfCancellationRequested();
                return await read();
            }
            catch (Exception error) when (error is RemoteHostException { ExitStatus: not null } or FormatException)
            {
                lock (unknown)
                    unknown.Add(OutputText.Line(error.Message));
                return default;
            }
            catch (OpsException error)
            {
                Interlocked.CompareExchange(ref lost, error, null);
                await stop.CancelAsync();
                throw;
            }
            finally
            {
                turns.Release();
            }
        }
    }

    /// <summary>The host's distribution.</summary>
    /// <exception cref="RemoteHostException">The host was not reached, or does not tell.</exception>
    public static async Task<OsRelease> OsAsync(RemoteHost host, CancellationToken cancellationToken)
        => OsRelease.TryParse(await host.ReadFileAsync("/etc/os-release", cancellationToken) ?? "")
            ?? throw new RemoteHostException(host.Name, $"{host.Name} does not tell its distribution: /etc/os-release is missing or has no ID.");

    private static async Task<FoundComputeId?> ComputeIdAsync(RemoteHost host, CancellationToken cancellationToken)
    {
        // In /etc where nova runs in containers.
        foreach (var path in new[] { "/var/lib/nova/compute_id", "/etc/nova/compute_id" })
        {
            if (Text(await host.ReadFileAsync(path, cancellationToken)) is { } id)
                return new FoundComputeId(id, path);
        }

        return null;
    }

    private sealed record FoundComputeId(string Id, string Path);

    private static string? Text(string? raw) => raw is null ? null : OutputText.Line(raw) is { Length: > 0 } line ? line : null;

    private static long? MemoryMiB(string? meminfo)
    {
        var words = meminfo?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var i = Array.IndexOf(words, "MemTotal:");
        return i >= 0 && i + 1 < words.Length && long.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var kib) ? kib / 1024 : null;
    }
}
