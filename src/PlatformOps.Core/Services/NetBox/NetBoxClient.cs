using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;
using PlatformOps.Inventory;

namespace PlatformOps.Core.Services.NetBox;

/// <summary>NetBox: devices, their roles, their BMC, journal entries.</summary>
/// <param name="http">At <c>…/api/</c>.</param>
/// <param name="configuration">The section.</param>
/// <param name="site">NetBox's address for people.</param>
/// <param name="names">The names that a target may have in NetBox, the likeliest first.</param>
/// <remarks>NetBox documentation, "REST API overview", and the release notes for what came when.</remarks>
internal sealed class NetBoxClient(HttpService http, NetBoxConfiguration configuration, Uri site, Func<string, IReadOnlyList<string>> names)
{
    private const string ServiceName = "netbox";
    private readonly ConcurrentDictionary<long, bool> _gpuTypes = new();
    private Version? _version;

    public HttpService Http => http;

    public NetBoxConfiguration Configuration => configuration;

    /// <summary>The one device of a target.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">There are several; a name is unique within a site only.</exception>
    public async Task<InventoryDevice> DeviceAsync(string target, CancellationToken cancellationToken)
        => await ShowAsync(await DeviceRowAsync(target, cancellationToken), target, cancellationToken);

    /// <summary>All devices that a filter finds, such as <c>("status", "active")</c>.</summary>
    public async IAsyncEnumerable<InventoryDevice> DevicesAsync(IReadOnlyList<(string Name, string? Value)> filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in ListAsync<NetBoxDevice>("dcim/devices/", "list the devices", [.. filter, ("exclude", "config_context")], cancellationToken))
            yield return await ShowAsync(row, null, cancellationToken);
    }

    /// <summary>Where the device's BMC is: its out-of-band address, its BMC interface's, a management-only interface's, the custom field, or the DNS pattern.</summary>
    /// <exception cref="ObjectNotFoundException">Nothing says it.</exception>
    /// <exception cref="AmbiguousNameException">Something says it more than once.</exception>
    public async Task<BmcAddress> BmcAddressAsync(string target, CancellationToken cancellationToken)
    {
        var row = await DeviceRowAsync(target, cancellationToken);
        if (WithoutPrefix(row.OobIp?.Address) is { } oob)
            return new BmcAddress(oob, "NetBox's out-of-band address");

        var interfaces = await InterfaceRowsAsync(row.Id, target, cancellationToken);
        var named = interfaces.Where(one => string.Equals(one.Name, configuration.BmcInterface, StringComparison.OrdinalIgnoreCase)).ToList();
        foreach (var group in new[] { named, interfaces.Where(one => one.MgmtOnly).Except(named).ToList() })
        {
            List<(string Interface, string Address)> found = [];
            foreach (var one in group)
                found.AddRange((await AddressRowsAsync(one, target, cancellationToken)).Select(address => (one.Name ?? Text(one.Id), WithoutPrefix(address.Address)!)));

            if (found.Count > 1)
                throw new AmbiguousNameException($"NetBox has {found.Count} addresses that may be the BMC of {target}: {string.Join(", ", found.Select(pair => $"{pair.Address} ({pair.Interface})"))}. Set the device's out-of-band IP in NetBox, or netbox.bmc-interface.") { TargetName = target };
            if (found.Count == 1)
                return new BmcAddress(found[0].Address, $"NetBox's interface {found[0].Interface}");
        }

        if (configuration.BmcCustomField is { } field && row.CustomFields?.TryGetValue(field, out var value) == true && Plain(value)?.ToString() is { Length: > 0 } custom)
            return new BmcAddress(WithoutPrefix(ServerText.Clean(custom, 255))!, $"NetBox's custom field {field}");
        if (configuration.BmcDnsPattern is { } pattern)
        {
            var name = names(target)[0];
            var (host, domain) = name.Split('.', 2) is [var first, var rest] ? (first, rest) : (name, "");
            return new BmcAddress(pattern.Replace("{host}", host, StringComparison.Ordinal).Replace("{domain}", domain, StringComparison.Ordinal).TrimEnd('.'), "the pattern netbox.bmc-dns-pattern");
        }

        throw new ObjectNotFoundException($"NetBox does not tell the BMC address of {target}: no out-of-band IP, no address on '{configuration.BmcInterface}' or a management-only interface{(configuration.BmcCustomField is { } wanted ? $", nothing in custom field '{wanted}'" : "")}. Add it there, or set netbox.bmc-custom-field or netbox.bmc-dns-pattern.") { TargetName = target };
    }

    /// <summary>The device's interfaces with their addresses.</summary>
    public async Task<IReadOnlyList<DeviceInterface>> InterfacesAsync(string target, CancellationToken cancellationToken)
    {
        var row = await DeviceRowAsync(target, cancellationToken);
        List<DeviceInterface> interfaces = [];
        foreach (var one in await InterfaceRowsAsync(row.Id, target, cancellationToken))
        {
            interfaces.Add(new DeviceInterface(one.Name ?? Text(one.Id), string.IsNullOrWhiteSpace(one.MacAddress) ? null : one.MacAddress.ToLowerInvariant(), one.MgmtOnly,
                [.. (await AddressRowsAsync(one, target, cancellationToken)).Select(address => new DeviceAddress(WithoutPrefix(address.Address)!, string.IsNullOrWhiteSpace(address.DnsName) ? null : address.DnsName, address.Vrf?.Name, address.Id == row.PrimaryIp?.Id))]));
        }

        return interfaces;
    }

    /// <summary>A role by name or slug.</summary>
    /// <exception cref="ObjectNotFoundException">There is none; the message lists those that there are.</exception>
    public Task<NetBoxReference> RoleAsync(string nameOrSlug, CancellationToken cancellationToken)
        => ReferenceAsync(NetBoxList.Roles, nameOrSlug, cancellationToken);

    /// <summary>A role, site or tag by name or slug.</summary>
    /// <exception cref="ObjectNotFoundException">There is none; the message lists those that there are.</exception>
    public async Task<NetBoxReference> ReferenceAsync(NetBoxList list, string nameOrSlug, CancellationToken cancellationToken)
    {
        var all = await ReferencesAsync(list, cancellationToken);
        return all.FirstOrDefault(one => one.Slug == nameOrSlug)
            ?? all.FirstOrDefault(one => string.Equals(one.Name, nameOrSlug, StringComparison.OrdinalIgnoreCase))
            ?? throw new ObjectNotFoundException($"NetBox has no {list.Noun} '{nameOrSlug}'; it has {(all.Count == 0 ? "none" : string.Join(", ", all.Select(one => $"'{ServerText.Clean(one.Name, 80)}'").Order(StringComparer.Ordinal)))}. Correct the name, or make the {list.Noun} first.") { TargetName = nameOrSlug };
    }

    /// <summary>All roles, sites or tags.</summary>
    public async Task<IReadOnlyList<NetBoxReference>> ReferencesAsync(NetBoxList list, CancellationToken cancellationToken)
    {
        List<NetBoxReference> all = [];
        await foreach (var one in ListAsync<NetBoxReference>(list.Path, $"list the {list.Noun}s", [], cancellationToken))
            all.Add(one);
        return all;
    }

    public async Task SetStatusAsync(long id, string device, string status, DateTimeOffset? seen, string message, CancellationToken cancellationToken)
    {
        try
        {
            await PatchAsync(id, device, $"set {device} to {status}", _ => new JsonObject { ["status"] = status }, seen, message, cancellationToken);
        }
        catch (ServiceException e) when (e.StatusCode == 400 && !DeviceStatuses.All.Contains(status))
        {
            throw new ServiceException(ServiceName, $"NetBox has no status '{ServerText.Clean(status, 80)}' for devices, so {device} was not changed. Every NetBox has {string.Join(", ", DeviceStatuses.All)}; this site has none of that name beside them.", 400, e) { TargetName = device };
        }
    }

    public Task SetRoleAsync(long id, string device, NetBoxReference role, DateTimeOffset? seen, string message, CancellationToken cancellationToken)
        => PatchAsync(id, device, $"give {device} the role {role.Name}", version => new JsonObject { [version < new Version(3, 6) ? "device_role" : "role"] = role.Id }, seen, message, cancellationToken);

    /// <summary>Whether the device's journal has an entry with this text in it.</summary>
    public async Task<bool> HasJournalEntryAsync(long id, string device, string marker, CancellationToken cancellationToken)
    {
        await foreach (var entry in ListAsync<NetBoxJournalEntry>("extras/journal-entries/", $"read the journal of {device}", [("assigned_object_type", "dcim.device"), ("assigned_object_id", Text(id)), ("ordering", "-created")], cancellationToken))
        {
            if (entry.Comments?.Contains(marker, StringComparison.Ordinal) == true)
                return true;
        }

        return false;
    }

    /// <param name="id">The device.</param>
    /// <param name="device">Its name, for errors.</param>
    /// <param name="kind"><c>info</c>, <c>success</c>, <c>warning</c> or <c>danger</c>.</param>
    /// <param name="comments">Markdown.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task AddJournalEntryAsync(long id, string device, string kind, string comments, CancellationToken cancellationToken)
        => SendAsync(HttpCall.Post("extras/journal-entries/", $"write into the journal of {device}", new JsonObject { ["assigned_object_type"] = "dcim.device", ["assigned_object_id"] = id, ["kind"] = kind, ["comments"] = comments }), cancellationToken);

    /// <summary>NetBox's version, who we are to it, and what we may not do.</summary>
    public async Task<ServiceProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        // Devices first: the status can be open to everybody, and says nothing of the token then.
        var devices = await SendAsync(HttpCall.Get("dcim/devices/", "list one device", ("limit", "1"), ("exclude", "config_context")) with { Accept = [403] }, cancellationToken);
        List<string> missing = [];
        if (devices.Status == 403)
            missing.Add("view devices");
        else if (devices.Read<NetBoxPage<NetBoxDevice>>(HttpServiceJson.Snake).Results is [{ } device, ..] && !await MayAsync($"dcim/devices/{device.Id}/", "PUT", cancellationToken))
            missing.Add("change devices");
        if (!await MayAsync("extras/journal-entries/", "POST", cancellationToken))
            missing.Add("add journal entries");
        var status = (await GetAsync("status/", "read NetBox's status", cancellationToken)).Json;
        var version = status.ValueKind == JsonValueKind.Object && status.TryGetProperty("netbox-version", out var text) ? text.ToString() : _version?.ToString();
        var check = await SendAsync(HttpCall.Get("authentication-check/", "ask NetBox who we are") with { Accept = [403, 404] }, cancellationToken);
        var user = check.IsSuccess && check.Json.ValueKind == JsonValueKind.Object && check.Json.TryGetProperty("username", out var name) ? name.ToString() : null;
        return new ServiceProbe(version is null ? null : ServerText.Clean(version, 40), user is null ? "the owner of netbox.api-token" : ServerText.Clean(user, 80), site.AbsoluteUri) { MissingRights = missing };
    }

    // Whether a device's type says GPU, in its model or its description. Before 4.0 the device carries its type without the description: each type is asked for once.
    private async Task<bool> HasGpuAsync(NetBoxDeviceType? type, CancellationToken cancellationToken)
    {
        if (SaysGpu(type) || type is not { Id: > 0, Description: null })
            return SaysGpu(type);
        if (!_gpuTypes.TryGetValue(type.Id, out var known))
            known = _gpuTypes[type.Id] = SaysGpu((await GetAsync($"dcim/device-types/{type.Id}/", $"read the device type {type.Model}", cancellationToken)).Read<NetBoxDeviceType>(HttpServiceJson.Snake));
        return known;
    }

    private static bool SaysGpu(NetBoxDeviceType? type)
        => type?.Model?.Contains("gpu", StringComparison.OrdinalIgnoreCase) == true || type?.Description?.Contains("gpu", StringComparison.OrdinalIgnoreCase) == true;

    private static string? WithoutPrefix(string? address) => string.IsNullOrWhiteSpace(address) ? null : address.Split('/')[0].Trim();

    private static string Text(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToArray(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(pair => pair.Name, pair => Plain(pair.Value)),
        _ => null,
    };

    /// <summary>OPTIONS lists the fields of a write only for those who may write. Where it is not answered nothing is held against us.</summary>
    private async Task<bool> MayAsync(string path, string method, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(new HttpCall(HttpMethod.Options, path) { What = $"ask NetBox for our rights on {path}", Reads = true, Accept = [403, 404, 405, 501] }, cancellationToken);
        if (answer.Status == 403)
            return false;
        return !answer.IsSuccess || answer.Json.ValueKind != JsonValueKind.Object
            || (answer.Json.TryGetProperty("actions", out var actions) && actions.ValueKind == JsonValueKind.Object && actions.TryGetProperty(method, out _));
    }

    private async Task<List<NetBoxInterface>> InterfaceRowsAsync(long device, string target, CancellationToken cancellationToken)
    {
        List<NetBoxInterface> interfaces = [];
        await foreach (var one in ListAsync<NetBoxInterface>("dcim/interfaces/", $"list the interfaces of {target}", [("device_id", Text(device))], cancellationToken))
            interfaces.Add(one);
        return interfaces;
    }

    private async Task<List<NetBoxAddress>> AddressRowsAsync(NetBoxInterface port, string target, CancellationToken cancellationToken)
    {
        List<NetBoxAddress> addresses = [];
        await foreach (var address in ListAsync<NetBoxAddress>("ipam/ip-addresses/", $"list the addresses of {target}'s {port.Name}", [("interface_id", Text(port.Id))], cancellationToken))
        {
            if (WithoutPrefix(address.Address) is not null)
                addresses.Add(address);
        }

        return addresses;
    }

    private async Task<NetBoxDevice> DeviceRowAsync(string target, CancellationToken cancellationToken)
    {
        var candidates = names(target);
        Dictionary<long, NetBoxDevice> found = [];
        foreach (var name in candidates)
        {
            await foreach (var row in ListAsync<NetBoxDevice>("dcim/devices/", $"find the device {name}", [("name", name), ("exclude", "config_context")], cancellationToken))
            {
                if (string.Equals(row.Name, name, StringComparison.OrdinalIgnoreCase))
                    found[row.Id] = row;
            }
        }

        return found.Count switch
        {
            1 => found.Values.First(),
            0 => throw new ObjectNotFoundException($"NetBox has no device {string.Join(" or ", candidates.Select(name => $"'{name}'"))}. Correct the name, or host-identity in the configuration.") { TargetName = target },
            _ => throw new AmbiguousNameException($"{target} names {found.Count} devices in NetBox: {string.Join(", ", found.Values.Select(row => $"'{row.Name}' at {row.Site?.Name ?? "no site"} ({row.Status?.Value}, id {row.Id})"))}. A name is unique within a site only: rename one, or correct host-identity in the configuration.") { TargetName = target },
        };
    }

    private async Task<InventoryDevice> ShowAsync(NetBoxDevice row, string? target, CancellationToken cancellationToken) => new()
    {
        HypervisorName = target,
        DeviceName = row.Name ?? "",
        Id = row.Id,
        Status = row.Status?.Value ?? "unknown",
        Role = (row.Role ?? row.DeviceRole)?.Name,
        Site = row.Site?.Name,
        DeviceType = row.DeviceType?.Model,
        Manufacturer = row.DeviceType?.Manufacturer?.Name,
        SerialNumber = string.IsNullOrWhiteSpace(row.Serial) ? null : row.Serial,
        BmcAddress = WithoutPrefix(row.OobIp?.Address),
        PrimaryAddress = WithoutPrefix(row.PrimaryIp?.Address),
        HasGpu = await HasGpuAsync(row.DeviceType, cancellationToken),
        LastUpdated = row.LastUpdated?.ToUniversalTime(),
        Url = new Uri(site, $"dcim/devices/{row.Id}/").AbsoluteUri,
        CustomFields = row.CustomFields?.ToDictionary(pair => pair.Key, pair => Plain(pair.Value)) ?? [],
    };

    /// <summary>Sends only what changes, and only if nobody else changed the device since: by its ETag from 4.6, by its time of change before.</summary>
    private async Task PatchAsync(long id, string device, string what, Func<Version?, JsonObject> body, DateTimeOffset? seen, string message, CancellationToken cancellationToken)
    {
        var path = $"dcim/devices/{id}/";
        var answer = await GetAsync(path, $"read the device {device}", cancellationToken);
        var row = answer.Read<NetBoxDevice>(HttpServiceJson.Snake);
        if (seen is not null && row.LastUpdated is { } now && now != seen)
            throw Changed(device, $"at {now.UtcDateTime:u}, after it was read");
        var change = body(_version);
        if (_version >= new Version(4, 4))
            change["changelog_message"] = message.Length > 200 ? message[..200] : message;
        var call = HttpCall.Patch(path, what, change) with { Accept = [412] };
        if (answer.Header("ETag") is { } tag)
            call = call with { Headers = new Dictionary<string, string> { ["If-Match"] = tag } };
        if ((await SendAsync(call, cancellationToken)).Status == 412)
            throw Changed(device, "just now");
    }

    private static ServiceException Changed(string device, string when)
        => new(ServiceName, $"Somebody changed the device {device} in NetBox {when}; nothing was written. Look at its changelog there, then try again.", 412) { TargetName = device, FaultCode = "changedMeanwhile" };

    private async Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(call, cancellationToken);
        if (Version.TryParse(answer.Header("API-Version"), out var version))
            _version = version;
        return answer;
    }

    private Task<HttpAnswer> GetAsync(string path, string what, CancellationToken cancellationToken) => SendAsync(HttpCall.Get(path, what), cancellationToken);

    private async IAsyncEnumerable<T> ListAsync<T>(string path, string what, IReadOnlyList<(string Name, string? Value)> query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var guard = new PageGuard(ServiceName, what);
        var call = HttpCall.Get(path, what, [.. query, ("limit", "500")]);
        while (true)
        {
            var answer = await SendAsync(call, cancellationToken);
            var page = answer.Read<NetBoxPage<T>>(HttpServiceJson.Snake);
            foreach (var row in page.Results ?? throw answer.Unexpected("no list of results"))
                yield return row;
            if (page.Next is null)
                yield break;
            // Only the query of "next" is used: behind a proxy NetBox names a scheme and host of its own.
            var next = page.Next.Split('?', 2) is [_, var text] ? text : throw answer.Unexpected($"a next page without a query: {ServerText.Clean(page.Next, 200)}");
            call = HttpCall.Get($"{path}?{guard.Next(next)}", what);
        }
    }
}
