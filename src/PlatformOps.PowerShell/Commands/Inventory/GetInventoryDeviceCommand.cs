using System.Globalization;
using System.Management.Automation;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Errors;
using PlatformOps.Inventory;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Inventory;

/// <summary>Gets devices from the inventory (NetBox).</summary>
/// <remarks>
/// <para>A hypervisor is found by the names that host-identity in the configuration gives it, and must be there exactly once. Devices are also found by name or pattern, status, role, site and tag; they come page by page, as NetBox sends them.</para>
/// <para>A name is unique within a site only, so a name without a pattern can find several. Reading is not bound by targets.allow: what is found under a short name is changed under its full one (Set-InventoryDevice).</para>
/// </remarks>
/// <example>
/// <summary>The devices of the hypervisors of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-InventoryDevice</code>
/// </example>
/// <example>
/// <summary>All active devices whose names match</summary>
/// <code>Get-InventoryDevice hv0* -Status active</code>
/// </example>
/// <seealso cref="SetInventoryDeviceCommand"/>
[Cmdlet(VerbsCommon.Get, "InventoryDevice", DefaultParameterSetName = "Filter")]
[OutputType(typeof(InventoryDevice))]
public sealed class GetInventoryDeviceCommand : FanOutCmdlet<string?>
{
    /// <summary>The hypervisors, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Hypervisor", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The devices' names in the inventory, names of hypervisors, or patterns.</summary>
    /// <value>All devices</value>
    [Parameter(Position = 0, ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? DeviceName { get; set; }

    /// <summary>Only devices with one of these statuses, such as active or planned.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(DeviceStatusCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Status { get; set; }

    /// <summary>Only devices with one of these roles, by name or slug.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(DeviceRoleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Role { get; set; }

    /// <summary>Only devices at one of these sites, by name or slug.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(DeviceSiteCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Site { get; set; }

    /// <summary>Only devices with all of these tags, by name or slug.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(DeviceTagCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Tag { get; set; }

    private protected override IEnumerable<string?> Inputs() => ParameterSetName == "Filter" ? new string?[] { null } : HypervisorName;

    private protected override async ValueTask ProcessAsync(string? input, CancellationToken cancellationToken)
    {
        var netBox = Scope.Get<NetBoxClient>();
        if (input is not null)
        {
            await WriteObjectAsync(await netBox.DeviceAsync(input, cancellationToken));
            return;
        }

        List<(string Name, string? Value)> filter = [.. (Status ?? []).Select(status => ("status", (string?)status.ToLower(CultureInfo.InvariantCulture)))];
        foreach (var (list, key, names) in new[] { (NetBoxList.Roles, "role", Role), (NetBoxList.Sites, "site", Site), (NetBoxList.Tags, "tag", Tag) })
        {
            foreach (var name in names ?? [])
                filter.Add((key, (await netBox.ReferenceAsync(list, name, cancellationToken)).Slug));
        }

        HashSet<long> seen = [];
        foreach (var name in DeviceName ?? ["*"])
            await FindAsync(netBox, name, filter, seen, cancellationToken);
    }

    private async Task FindAsync(NetBoxClient netBox, string name, List<(string Name, string? Value)> filter, HashSet<long> seen, CancellationToken cancellationToken)
    {
        var isPattern = WildcardPattern.ContainsWildcardCharacters(name);
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var found = false;
        await foreach (var device in netBox.DevicesAsync([.. filter, .. isPattern ? Beginning(name) : [("name__ie", name)]], cancellationToken))
        {
            if (isPattern ? !pattern.IsMatch(device.DeviceName) : !device.DeviceName.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            found = true;
            if (seen.Add(device.Id))
                await WriteObjectAsync(device);
        }

        if (found || isPattern)
            return;
        // It may be a hypervisor's name, which the inventory calls otherwise.
        if (filter.Count == 0 && await OfHypervisorAsync(netBox, name, cancellationToken) is { } known)
        {
            if (seen.Add(known.Id))
                await WriteObjectAsync(known);
        }
        else
        {
            throw new ObjectNotFoundException($"NetBox has no device '{name}'{(filter.Count == 0 ? "" : " that passes the filter")}. Get-InventoryDevice '{name.Split('.')[0]}*' lists those with names like it.") { TargetName = name };
        }
    }

    private static async Task<InventoryDevice?> OfHypervisorAsync(NetBoxClient netBox, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await netBox.DeviceAsync(name, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }

    // What the pattern begins with is NetBox's to look for; the pattern itself is not.
    private static (string Name, string? Value)[] Beginning(string pattern)
        => pattern.IndexOfAny(['*', '?', '[', '`']) is > 0 and var end ? [("name__isw", pattern[..end])] : [];
}
