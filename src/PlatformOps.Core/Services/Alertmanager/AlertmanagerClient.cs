using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>Alertmanager, API v2: alerts and silences. Remembers what it was told to be accepted, so that a reader that lags behind does not make it send twice.</summary>
/// <param name="http">At <c>…/api/v2/</c>.</param>
/// <param name="configuration">The section.</param>
/// <param name="site">Alertmanager's address with its prefix, without a slash at the end.</param>
/// <param name="hosts">What alerts and silences call machines.</param>
/// <remarks>Alertmanager's api/v2/openapi.yaml; silence/silence.go for when a change keeps the id.</remarks>
internal sealed class AlertmanagerClient(HttpService http, AlertmanagerConfiguration configuration, string site, HostMatchers hosts)
{
    private const string ServiceName = "alertmanager";

    // How long the peers of a cluster may take to tell each other, with a margin: gossip takes a second or two.
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // What is not shown after that long was lost by the server, whatever it answered.
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, Accepted> _accepted = new(StringComparer.Ordinal);
    private bool? _isSingle;

    public HttpService Http => http;

    public AlertmanagerConfiguration Configuration => configuration;

    public HostMatchers Hosts => hosts;

    /// <summary>The page of a silence for people.</summary>
    public string LinkTo(string silenceId)
        => configuration.LinkTemplate.Replace("${url}", site, StringComparison.Ordinal).Replace("${id}", silenceId, StringComparison.Ordinal);

    /// <summary>What fires and matches all of these, suppressed or not.</summary>
    public async Task<IReadOnlyList<Alert>> AlertsAsync(IReadOnlyList<AlertMatcher> matchers, CancellationToken cancellationToken)
        => [.. (await ListAsync<AlertRow>("alerts", "list the alerts", matchers, cancellationToken)).Select(Show)];

    /// <summary>What fires about a machine, suppressed or not, by whichever of its names and labels.</summary>
    public async Task<IReadOnlyList<Alert>> AlertsOfAsync(string target, CancellationToken cancellationToken)
    {
        Dictionary<string, Alert> found = new(StringComparer.Ordinal);
        foreach (var matchers in hosts.AllOf(target))
        {
            foreach (var alert in await AlertsAsync(matchers, cancellationToken))
                found.TryAdd(alert.Fingerprint, alert with { HypervisorName = target });
        }

        return [.. found.Values.OrderBy(alert => alert.StartsAt).ThenBy(alert => alert.AlertName, StringComparer.Ordinal)];
    }

    /// <summary>All silences, expired ones included as long as they are kept: active ones first.</summary>
    public async Task<IReadOnlyList<AlertSilence>> SilencesAsync(CancellationToken cancellationToken)
        => [.. (await KnownAsync([], cancellationToken)).Select(known => known.Silence)];

    /// <summary>The silences in force or to come that name a machine, whatever else they take.</summary>
    public async Task<IReadOnlyList<AlertSilence>> NamingAsync(string target, CancellationToken cancellationToken)
        => [.. (await SilencesAsync(cancellationToken)).Where(silence => silence.State != AlertSilenceState.Expired && hosts.Names(silence, target))];

    /// <summary>The silences in force or to come with exactly these matchers, in whatever order.</summary>
    public async Task<IReadOnlyList<KnownSilence>> LiveAsync(IReadOnlyList<AlertMatcher> matchers, CancellationToken cancellationToken)
        => [.. (await KnownAsync(matchers, cancellationToken)).Where(known => known.Silence.State != AlertSilenceState.Expired && MatcherText.AreSame(known.Silence.Matchers, matchers))];

    /// <summary>One silence. Behind a cluster absence is believed only after a while.</summary>
    /// <exception cref="ObjectNotFoundException">There is none, or none any more.</exception>
    public async Task<KnownSilence> SilenceAsync(string id, CancellationToken cancellationToken)
    {
        var call = HttpCall.Get(PathOf(id), $"read the silence {id}") with { Accept = [404] };
        var answer = await SendUntilAsync(call, found => found.Status != 404 || _accepted.ContainsKey(id), cancellationToken);
        if (answer.Status != 404)
            return Known(Show(answer.Read<SilenceRow>(HttpServiceJson.Camel)));
        return _accepted.TryGetValue(id, out var accepted)
            ? new KnownSilence(accepted.Silence, IsSeen: false)
            : throw NotThere(id);
    }

    /// <summary>Makes or changes a silence, and answers its id, which is a new one where the old one could not be changed. Never sent twice.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="former">The silence as it was, where one is changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ServiceException">It was refused.</exception>
    /// <exception cref="OutcomeUnknownException">It was sent, and nobody knows what came of it.</exception>
    public async Task<string> PostAsync(SilenceRequest request, AlertSilence? former, CancellationToken cancellationToken)
    {
        var what = $"silence {MatcherText.Of(request.Matchers)}";
        var body = new JsonObject
        {
            ["matchers"] = new JsonArray([.. request.Matchers.Select(matcher => (JsonNode)new JsonObject { ["name"] = matcher.Name, ["value"] = matcher.Value, ["isRegex"] = matcher.IsRegex, ["isEqual"] = matcher.IsEqual })]),
            ["startsAt"] = Text(request.StartsAt),
            ["endsAt"] = Text(request.EndsAt),
            ["createdBy"] = request.CreatedBy,
            ["comment"] = request.Comment,
        };
        if (request.Id is not null)
            body["id"] = request.Id;
        var call = HttpCall.Post("silences", what, body) with { Accept = [404] };
        // A 404 is a peer that has not heard of the silence yet: it has done nothing.
        var answer = await SendUntilAsync(call, found => found.Status != 404 || request.Id is null, cancellationToken);
        if (answer.Status == 404)
            throw request.Id is null ? answer.Unexpected(answer.Fault.Text) : NotThere(request.Id);
        var id = answer.Json.ValueKind == JsonValueKind.Object && answer.Read<PostedRow>(HttpServiceJson.Camel).SilenceID is { Length: > 0 } posted
            ? posted
            : throw new OutcomeUnknownException($"It is not known whether this happened: {what}. {ServiceName} answered {answer.Status} without the silence's id. Look at the silences before doing it again.");
        var silence = Show(new SilenceRow
        {
            Id = id,
            Status = new StateRow(request.StartsAt > http.Time.GetUtcNow() ? "pending" : "active"),
            StartsAt = request.StartsAt,
            EndsAt = request.EndsAt,
            CreatedBy = request.CreatedBy,
            Comment = request.Comment,
            Matchers = [.. request.Matchers.Select(matcher => new MatcherRow(matcher.Name, matcher.Value, matcher.IsRegex, matcher.IsEqual))],
        });
        _accepted[id] = new Accepted(silence, id == former?.SilenceId ? former.UpdatedAt : null, http.Time.GetTimestamp());
        if (request.Id is not null && request.Id != id)
            _accepted.TryRemove(request.Id, out _);
        return id;
    }

    /// <summary>Ends a silence now. Again has no effect.</summary>
    /// <exception cref="ObjectNotFoundException">There is none, or none any more.</exception>
    public async Task ExpireAsync(string id, CancellationToken cancellationToken)
    {
        // Before 0.26 the server fails where it ought to say that there is none.
        var call = HttpCall.Delete(PathOf(id), $"expire the silence {id}") with { Accept = [404, 500], ExpectsJson = false };
        var answer = await SendUntilAsync(call, found => !IsNotThere(found), cancellationToken);
        if (IsNotThere(answer))
            throw NotThere(id);
        if (answer.Status == 500)
            await http.SendAsync(With(call with { Accept = [] }), cancellationToken);
        _accepted.TryRemove(id, out _);
    }

    /// <summary>Its version and cluster, who we are to it, and what we may not do.</summary>
    public async Task<ServiceProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        // A proxy in front may let silences through and nothing else.
        var answer = await SendAsync(HttpCall.Get("status", "read Alertmanager's status") with { Accept = [403, 404] }, cancellationToken);
        var status = answer.IsSuccess ? answer.Read<StatusRow>(HttpServiceJson.Camel) : null;
        List<string> missing = [];
        var list = await SendAsync(HttpCall.Get("silences", "list silences", ("filter", "platformops_probe=\"1\"")) with { Accept = [403] }, cancellationToken);
        if (list.Status == 403)
            missing.Add("list silences");
        // A silence of nothing is refused by everybody who may make one: nothing is changed.
        var post = await SendAsync(HttpCall.Post("silences", "ask whether silences may be made", new JsonObject()) with { Reads = true, Accept = [400, 403, 404, 405, 422] }, cancellationToken);
        if (post.Status is 403 or 404 or 405)
            missing.Add("make silences");
        var cluster = status?.Cluster is not { } members ? null : members.IsSingle ? "single" : string.Create(CultureInfo.InvariantCulture, $"{members.Peers?.Count ?? 0} peers, {members.Status}");
        var version = status?.VersionInfo?.Version is { Length: > 0 } text ? ServerText.Clean(text, 40) : null;
        return new ServiceProbe(
            version is null && cluster is null ? null : $"{version ?? "?"}{(cluster is null ? "" : $" ({ServerText.Clean(cluster, 60)})")}",
            configuration.Username ?? (configuration.Token is null ? "anonymous" : "the owner of alertmanager.token"),
            site) { MissingRights = missing };
    }

    private static string PathOf(string id) => $"silence/{Uri.EscapeDataString(id)}";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool IsNotThere(HttpAnswer answer)
        => answer.Status == 404 || (answer.Status == 500 && answer.Fault.Text.Contains("silence not found", StringComparison.OrdinalIgnoreCase));

    private static ObjectNotFoundException NotThere(string id)
        => new($"Alertmanager has no silence {id}: it was never there, or it ended so long ago that it is forgotten (by default after 5 days). Get-AlertSilence lists those it has.") { TargetName = id };

    private HttpCall With(HttpCall call)
        => configuration.OrgId is { } tenant ? call with { Headers = new Dictionary<string, string>(call.Headers) { ["X-Scope-OrgID"] = tenant } } : call;

    private Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken) => http.SendAsync(With(call), cancellationToken);

    /// <summary>Sends until the answer will do, as long as a peer may lag behind; a single Alertmanager is asked once.</summary>
    private async Task<HttpAnswer> SendUntilAsync(HttpCall call, Func<HttpAnswer, bool> willDo, CancellationToken cancellationToken)
    {
        var began = http.Time.GetTimestamp();
        while (true)
        {
            var answer = await SendAsync(call, cancellationToken);
            if (willDo(answer) || http.Time.GetElapsedTime(began) >= Lag || await IsSingleAsync(cancellationToken))
                return answer;
            await Task.Delay(LookEvery, http.Time, cancellationToken);
        }
    }

    /// <summary>How long a write may go unseen: not at all where there is one Alertmanager only.</summary>
    public async Task<TimeSpan> LagAsync(CancellationToken cancellationToken) => await IsSingleAsync(cancellationToken) ? TimeSpan.Zero : Lag;

    private async Task<bool> IsSingleAsync(CancellationToken cancellationToken)
    {
        if (_isSingle is null)
        {
            var answer = await SendAsync(HttpCall.Get("status", "ask whether Alertmanager is a cluster") with { Accept = [403, 404] }, cancellationToken);
            _isSingle = answer.IsSuccess && answer.Read<StatusRow>(HttpServiceJson.Camel).Cluster is { IsSingle: true };
        }

        return _isSingle.Value;
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(string path, string what, IReadOnlyList<AlertMatcher> filter, CancellationToken cancellationToken)
    {
        var about = filter.Count == 0 ? "" : $" with {MatcherText.Of(filter)}";
        return (await SendAsync(HttpCall.Get(path, what + about, [.. filter.Select(matcher => ("filter", (string?)matcher.ToString()))]), cancellationToken)).Read<List<T>>(HttpServiceJson.Camel);
    }

    private async Task<IReadOnlyList<KnownSilence>> KnownAsync(IReadOnlyList<AlertMatcher> filter, CancellationToken cancellationToken)
    {
        var known = (await ListAsync<SilenceRow>("silences", "list the silences", filter, cancellationToken)).Select(row => Known(Show(row))).ToList();
        known.AddRange(_accepted.Values.Where(accepted => accepted.FormerUpdatedAt is null && IsTrusted(accepted)
            && filter.All(accepted.Silence.Matchers.Contains) && !known.Exists(one => one.Silence.SilenceId == accepted.Silence.SilenceId))
            .Select(accepted => new KnownSilence(accepted.Silence, IsSeen: false)));
        return known;
    }

    // The row as it is, or as it was accepted where the row is still the one from before.
    private KnownSilence Known(AlertSilence shown)
    {
        if (!_accepted.TryGetValue(shown.SilenceId, out var accepted))
            return new KnownSilence(shown, IsSeen: true);
        if (accepted.FormerUpdatedAt == shown.UpdatedAt && IsTrusted(accepted))
            return new KnownSilence(accepted.Silence with { StartsAt = shown.StartsAt }, IsSeen: false);
        _accepted.TryRemove(shown.SilenceId, out _);
        return new KnownSilence(shown, IsSeen: true);
    }

    private bool IsTrusted(Accepted accepted)
    {
        if (http.Time.GetElapsedTime(accepted.At) < Trusted && accepted.Silence.EndsAt > http.Time.GetUtcNow())
            return true;
        _accepted.TryRemove(accepted.Silence.SilenceId, out _);
        return false;
    }

    private AlertSilence Show(SilenceRow row)
    {
        var claim = Claim.Find(row.Comment);
        var id = row.Id ?? "";
        AlertMatcher[] matchers = [.. (row.Matchers ?? []).Select(matcher => new AlertMatcher { Name = matcher.Name ?? "", Value = matcher.Value ?? "", IsRegex = matcher.IsRegex, IsEqual = matcher.IsEqual ?? true })];
        return new AlertSilence
        {
            SilenceId = id,
            HypervisorName = hosts.HostOf(matchers),
            State = Enum.TryParse<AlertSilenceState>(row.Status?.State, ignoreCase: true, out var state) ? state : AlertSilenceState.Expired,
            Matchers = matchers,
            StartsAt = row.StartsAt.ToUniversalTime(),
            EndsAt = row.EndsAt.ToUniversalTime(),
            UpdatedAt = row.UpdatedAt.ToUniversalTime(),
            CreatedBy = row.CreatedBy ?? "",
            Comment = row.Comment ?? "",
            IsOurs = claim is not null,
            Owner = claim?.Person,
            RunId = claim?.RunId,
            TicketId = claim?.TicketId,
            Url = LinkTo(id),
        };
    }

    private Alert Show(AlertRow row)
    {
        var labels = row.Labels ?? [];
        var annotations = row.Annotations ?? [];
        return new Alert
        {
            AlertName = labels.GetValueOrDefault("alertname") ?? "",
            HypervisorName = hosts.HostOf(labels),
            State = Enum.TryParse<AlertState>(row.Status?.State, ignoreCase: true, out var state) ? state : AlertState.Unprocessed,
            Severity = labels.GetValueOrDefault("severity"),
            Summary = annotations.GetValueOrDefault("summary") ?? annotations.GetValueOrDefault("description"),
            StartsAt = row.StartsAt.ToUniversalTime(),
            EndsAt = row.EndsAt.ToUniversalTime(),
            SilencedBy = [.. row.Status?.SilencedBy ?? []],
            InhibitedBy = [.. row.Status?.InhibitedBy ?? []],
            Receivers = [.. (row.Receivers ?? []).Select(receiver => receiver.Name).OfType<string>()],
            Labels = labels,
            Annotations = annotations,
            Fingerprint = row.Fingerprint ?? "",
            GeneratorUrl = row.GeneratorURL,
        };
    }

    /// <summary>A write that was answered with success.</summary>
    /// <param name="Silence">As it was sent.</param>
    /// <param name="FormerUpdatedAt">When the silence had been changed before: a row that says so is the old one. Null where the silence is new.</param>
    /// <param name="At">When it was accepted.</param>
    private sealed record Accepted(AlertSilence Silence, DateTimeOffset? FormerUpdatedAt, long At);
}
