using System.Globalization;
using PlatformOps.Bmc;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>One management controller: the system it manages, what that boots from next, and its power.</summary>
/// <param name="address">As the inventory has it.</param>
/// <param name="open">The controller without authentication.</param>
/// <param name="login">Makes the way in, given where the controller's sessions are.</param>
/// <remarks>DMTF DSP0266 (protocol) and DSP2046 (ComputerSystem).</remarks>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing to dispose of.
internal sealed class RedfishService(string address, HttpService open, Func<string?, (HttpService Http, RedfishSession? Session)> login)
#pragma warning restore CA1001
{
    private const string ServiceName = "bmc";
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Entry? _entry;

    /// <summary>The system of a machine: the only one, or of several the one with its serial number.</summary>
    /// <param name="serial">The machine's serial number, where it is known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AmbiguousNameException">There are several, and it is none of them or nobody can tell which.</exception>
    public async Task<SystemReading> SystemAsync(string? serial, CancellationToken cancellationToken)
    {
        var (root, http, _) = await EnterAsync(cancellationToken);
        var paths = await MembersAsync(http, root, cancellationToken);
        if (paths is [var only])
            return await ReadAsync(http, only, cancellationToken);
        List<SystemReading> systems = [];
        foreach (var path in paths)
            systems.Add(await ReadAsync(http, path, cancellationToken));
        return systems.Where(system => system.HasSerial(serial) == true).ToList() is [var match]
            ? match
            : throw new AmbiguousNameException($"The BMC at {address} has {systems.Count} systems, and {(serial is null ? "no serial number says which is meant" : $"not just one of them has the serial number '{serial}'")}: {string.Join(", ", systems.Select(system => $"'{system.System.SystemId}' ({system.System.SerialNumber ?? "no serial number"}{(system.System.HostName is { Length: > 0 } host ? $", {host}" : "")})"))}.") { TargetName = address };
    }

    /// <summary>Overrides what the system boots from next, where the controller takes that.</summary>
    public async Task SetBootAsync(SystemReading system, BootOverride wanted, CancellationToken cancellationToken)
    {
        var http = (await EnterAsync(cancellationToken)).Http;
        var boot = new Dictionary<string, string> { ["BootSourceOverrideTarget"] = wanted.Target!, ["BootSourceOverrideEnabled"] = wanted.Enabled! };
        // What the controller does not have it would refuse.
        if (wanted.Mode is { } mode && (system.Active.Mode ?? system.Pending?.Mode) is not null)
            boot["BootSourceOverrideMode"] = mode;
        var (path, tag) = system.SettingsPath is { } settings ? (settings, system.SettingsETag) : (system.Path, system.ETag);
        var call = HttpCall.Patch(path, $"set {wanted} at the BMC {address}", new Dictionary<string, object> { ["Boot"] = boot }) with { Accept = [412] };
        foreach (var match in Matches(tag))
        {
            var answer = await http.SendAsync(match is null ? call : call with { Headers = new Dictionary<string, string> { ["If-Match"] = match } }, cancellationToken);
            if (answer.IsSuccess)
                return;
        }

        throw new ServiceException(ServiceName, $"The BMC at {address} refused to set {wanted} with the resource's ETag {tag ?? "(it has none)"} and without (412 Precondition Failed); nothing was changed. Somebody may be changing it: look, then try again.", 412) { TargetName = address, FaultCode = "changedMeanwhile" };
    }

    /// <summary>Resets the system. Never sent twice: an unanswered one is an <see cref="OutcomeUnknownException"/>.</summary>
    public async Task ResetAsync(SystemReading system, string type, CancellationToken cancellationToken)
    {
        var http = (await EnterAsync(cancellationToken)).Http;
        var path = system.ResetPath ?? throw new RefusedException($"The BMC at {address} offers no reset of system '{system.System.SystemId}'.") { TargetName = address };
        await http.SendAsync(HttpCall.Post(path, $"{type} by the BMC {address}", new Dictionary<string, string> { ["ResetType"] = type }) with { ExpectsJson = false }, cancellationToken);
    }

    /// <summary>Ends the session, where there is one.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => Volatile.Read(ref _entry)?.Session?.EndAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>A link as a path relative to the base address, whose path it may or may not begin with; some controllers link by whole URLs.</summary>
    internal static string? PathOf(Uri baseAddress, string? link)
    {
        if (string.IsNullOrEmpty(link))
            return null;
        var path = Uri.TryCreate(link, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url.PathAndQuery : link;
        return (path.StartsWith(baseAddress.AbsolutePath, StringComparison.Ordinal) ? path[baseAddress.AbsolutePath.Length..] : path).TrimStart('/');
    }

    // As it came; some controllers send a weak tag and take only the strong one; some take none at all.
    private static IEnumerable<string?> Matches(string? tag)
    {
        if (tag is not null)
            yield return tag;
        if (tag?.StartsWith("W/", StringComparison.Ordinal) == true)
            yield return tag[2..];
        yield return null;
    }

    private async Task<Entry> EnterAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _entry) is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_entry is { } made)
                return made;
            var root = await open.ReadAsync<RedfishRoot>(HttpCall.Get("redfish/v1/", $"read the Redfish service of the BMC {address}"), HttpServiceJson.AsIs, cancellationToken);
            var (http, session) = login(PathOf(open.BaseAddress, root.Links?.Sessions?.Id));
            var entry = new Entry(root, http, session);
            Volatile.Write(ref _entry, entry);
            return entry;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<IReadOnlyList<string>> MembersAsync(HttpService http, RedfishRoot root, CancellationToken cancellationToken)
    {
        var what = $"list the systems of the BMC {address}";
        var next = PathOf(open.BaseAddress, root.Systems?.Id) ?? throw new ServiceException(ServiceName, $"The Redfish service of the BMC {address} has no systems: it manages something else, such as a chassis or storage.") { TargetName = address };
        var guard = new PageGuard(ServiceName, what);
        List<string> members = [];
        for (string? page = next; page is not null;)
        {
            var answer = await http.SendAsync(HttpCall.Get(guard.Next(page), what), cancellationToken);
            var collection = answer.Read<RedfishCollection>(HttpServiceJson.AsIs);
            members.AddRange((collection.Members ?? throw answer.Unexpected("no list of members")).Select(member => PathOf(open.BaseAddress, member.Id)).OfType<string>());
            page = PathOf(open.BaseAddress, collection.Next);
        }

        return members.Count > 0 ? members : throw new ObjectNotFoundException($"The BMC at {address} lists no system.") { TargetName = address };
    }

    private async Task<SystemReading> ReadAsync(HttpService http, string path, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(HttpCall.Get(path, $"read the system of the BMC {address}"), cancellationToken);
        var row = answer.Read<RedfishSystem>(HttpServiceJson.AsIs);
        var (settings, settingsTag, settingsPath) = await SettingsAsync(http, row, cancellationToken);
        var reset = row.Actions?.Reset;
        var active = row.Boot?.Override ?? new BootOverride(null, null, null);
        var next = settings is { Override: { IsNone: false } pending } ? pending : active;
        return new SystemReading
        {
            Path = path,
            ETag = answer.Header("ETag") ?? row.ETag,
            Active = active,
            Pending = settings?.Override,
            SettingsPath = settingsPath,
            SettingsETag = settingsTag,
            ResetPath = PathOf(open.BaseAddress, reset?.Target),
            BootStateTime = Text(row.BootProgress?.LastStateTime),
            LastReset = Text(row.LastResetTime),
            System = new BmcSystem
            {
                BmcAddress = address,
                SystemId = Text(row.Id) ?? path.Split('/')[^1],
                SerialNumber = Text(row.SerialNumber),
                Sku = Text(row.Sku),
                Uuid = Guid.TryParse(row.Uuid, out var uuid) ? uuid : null,
                Manufacturer = Text(row.Manufacturer),
                Model = Text(row.Model),
                HostName = Text(row.HostName),
                BiosVersion = Text(row.BiosVersion),
                PowerState = Text(row.PowerState),
                Health = Text(row.Status?.HealthRollup ?? row.Status?.Health),
                BootTarget = Text(next.Target),
                BootEnabled = Text(next.Enabled),
                BootMode = Text(next.Mode),
                BootTargets = Texts(row.Boot?.Targets ?? settings?.Targets),
                ResetTypes = Texts(await ResetTypesAsync(http, reset, cancellationToken)),
                BootState = Text(row.BootProgress?.LastState),
                LastReset = DateTimeOffset.TryParse(row.LastResetTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null,
            },
        };
    }

    // Some controllers take boot overrides at the settings resource, which says so by having them.
    private async Task<(RedfishBoot? Boot, string? ETag, string? Path)> SettingsAsync(HttpService http, RedfishSystem row, CancellationToken cancellationToken)
    {
        if (PathOf(open.BaseAddress, row.Settings?.SettingsObject?.Id) is not { } path)
            return default;
        var answer = await http.SendAsync(HttpCall.Get(path, $"read the settings of the system of the BMC {address}") with { Accept = [404] }, cancellationToken);
        if (!answer.IsSuccess)
            return default;
        var settings = answer.Read<RedfishSystem>(HttpServiceJson.AsIs);
        return settings.Boot is { HasOverride: true } boot ? (boot, answer.Header("ETag") ?? settings.ETag, path) : default;
    }

    private async Task<IReadOnlyList<string>?> ResetTypesAsync(HttpService http, RedfishReset? reset, CancellationToken cancellationToken)
    {
        if (reset?.Types is { } types || PathOf(open.BaseAddress, reset?.Info) is not { } path)
            return reset?.Types;
        var info = await http.ReadAsync<RedfishActionInfo>(HttpCall.Get(path, $"read how the system of the BMC {address} can be reset"), HttpServiceJson.AsIs, cancellationToken);
        return info.Parameters?.FirstOrDefault(parameter => parameter.Name == "ResetType")?.AllowableValues;
    }

    private static string? Text(string? told) => string.IsNullOrWhiteSpace(told) ? null : ServerText.Clean(told, 200);

    private static IReadOnlyList<string> Texts(IReadOnlyList<string>? told) => [.. (told ?? []).Select(Text).OfType<string>()];

    private sealed record Entry(RedfishRoot Root, HttpService Http, RedfishSession? Session);
}
