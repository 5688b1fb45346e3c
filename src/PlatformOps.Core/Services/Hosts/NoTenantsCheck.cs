using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>
/// Nothing else lives on the hypervisor: no service or container that is another's, no volume that holds another's data, nothing mounted that is not a hypervisor's.
/// One that stands still is there too: a stopped storage daemon is in maintenance, and its data are on the disks. What cannot be read makes it Unknown.
/// </summary>
internal sealed class NoTenantsCheck : Check<NoParameters>
{
    private const int NotFound = 127;

    public override string Name => "host.tenants";

    public override string Summary => "no other tenants";

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        var rules = context.Client<HostsConfiguration>().Tenants;
        var foreign = new List<string>();
        try
        {
            foreign.AddRange((await ServiceListing.ReadAsync(host, rules.IsForeignUnit, cancellationToken)).Select(service => $"service {service}"));
            foreach (var tool in rules.ContainerTools)
                foreign.AddRange((await ContainersAsync(host, tool, cancellationToken)).Where(rules.IsForeignContainer).Select(name => $"container {name} ({tool})"));
            foreign.AddRange((await BlockDeviceListing.ReadAsync(host, cancellationToken)).SelectMany(disk => disk.WithDescendants()).Where(rules.IsForeignDevice).Select(device => $"device {device.Name}{(device.FileSystem is { } system ? $" ({system})" : "")}").Distinct());
            foreign.AddRange((await MountListing.ReadAsync(host, cancellationToken)).Where(mount => !rules.IsExpected(mount)).Select(mount => $"{mount.Target} ({mount.FileSystem} of {mount.Source})"));
        }
        catch (Exception error) when (error is RemoteHostException or FormatException)
        {
            // What was found is worth a word even where the rest cannot be read.
            return CheckResult.Unknown(foreign.Count == 0 ? error.Message : $"{error.Message} Seen already: {string.Join(", ", foreign)}");
        }

        return foreign.Count == 0
            ? CheckResult.Passed($"nothing on {host.Name} belongs to anything but a hypervisor")
            : CheckResult.Failed($"{host.Name} has other tenants: {string.Join(", ", foreign)}");
    }

    private static async Task<IReadOnlyList<string>> ContainersAsync(RemoteHost host, string tool, CancellationToken cancellationToken)
    {
        string[] command = [tool, "ps", "-a", "--format", "{{.Names}}"];
        var listing = await host.LookAsync(new SshCommand(command), cancellationToken);
        return listing.ExitStatus switch
        {
            0 => Words(listing),
            NotFound => [],
            _ => throw host.Failure(command, listing),
        };
    }

    // The first word of each line.
    private static List<string> Words(SshResult result)
        => [.. OutputText.Clean(result.OutputBytes.Span).Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(word => word.Length > 0)];
}
