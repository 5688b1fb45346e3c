using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>What fires: what the state of the world makes fire, as its Prometheus would say, and what somebody sent.</summary>
internal sealed class AlertBoard(LabContext lab, AlertmanagerVersion version)
{
    /// <summary>The rule of the configuration: a host that is down keeps its own warnings quiet.</summary>
    public const string InhibitingAlert = "HostDown";

    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromMinutes(5);

    private AlertData Data => lab.World.Alerts;

    /// <summary>Everything that fires now.</summary>
    public IReadOnlyList<FiringAlert> Firing()
    {
        var now = lab.Clock.Now;
        Refresh(now);
        foreach (var resolved in Data.Sent.Values.Where(alert => alert.EndsAt < now).ToList())
            Data.Sent.Remove(resolved.Fingerprint);
        return [.. Data.OfTheWorld.Values.Where(alert => !Data.Sent.ContainsKey(alert.Fingerprint)).Concat(Data.Sent.Values).OrderBy(alert => alert.Fingerprint, StringComparer.Ordinal)];
    }

    /// <summary>Takes what was sent; what is wrong with some does not keep the others out.</summary>
    public string? Put(IReadOnlyList<PostBody.Alert> alerts)
    {
        var now = lab.Clock.Now;
        List<string> faults = [];
        foreach (var sent in alerts)
        {
            var labels = new SortedDictionary<string, string>(sent.Labels.Where(label => label.Value.Length > 0).ToDictionary(), StringComparer.Ordinal);
            var start = sent.StartsAt ?? sent.EndsAt ?? now;
            var alert = new FiringAlert(labels, sent.Annotations, start, sent.EndsAt ?? now + ResolveTimeout, now, sent.GeneratorUrl);
            if (alert.EndsAt < alert.StartsAt)
                faults.Add("start time must be before end time");
            else if (labels.Count == 0)
                faults.Add("at least one label pair required");
            else if (!version.AllowsAnyLabelName && labels.Keys.FirstOrDefault(name => !SilenceStore.LabelName().IsMatch(name)) is { } odd)
                faults.Add($"invalid label set: invalid name \"{odd}\"");
            else
                Data.Sent[alert.Fingerprint] = Data.Sent.TryGetValue(alert.Fingerprint, out var before) && before.EndsAt >= now && before.StartsAt < start ? alert with { StartsAt = before.StartsAt } : alert;
        }

        return faults.Count == 0 ? null : string.Join("; ", faults);
    }

    /// <summary>Which of what fires keeps this one quiet.</summary>
    public static IEnumerable<string> Inhibiting(FiringAlert alert, IReadOnlyList<FiringAlert> firing)
        => alert.Labels.GetValueOrDefault("severity") != "warning"
            ? []
            : firing.Where(source => source.Labels.GetValueOrDefault("alertname") == InhibitingAlert && source.Labels.GetValueOrDefault("instance") == alert.Labels.GetValueOrDefault("instance")).Select(source => source.Fingerprint).Take(1);

    private void Refresh(DateTimeOffset now)
    {
        HashSet<string> present = [];
        Keep([("alertname", "Watchdog"), ("severity", "none")], "Alerting works.");
        foreach (var hypervisor in lab.World.Hypervisors)
        {
            // The exporter on the host names its instance; what asks Nova names the host it is about. A silence on one does not cover the other.
            var instance = $"{hypervisor.Fqdn}:9100";
            if (!hypervisor.IsUp || !hypervisor.Reachable)
                Keep([("alertname", InhibitingAlert), ("instance", instance), ("job", "node"), ("severity", "critical")], $"{hypervisor.Fqdn} does not answer.");
            if (!hypervisor.ServiceUp || hypervisor.ForcedDown)
                Keep([("alertname", "NovaComputeDown"), ("hostname", hypervisor.Fqdn), ("instance", "openstack-exporter.lab.example:9180"), ("job", "openstack"), ("severity", "warning")], $"nova-compute on {hypervisor.Fqdn} is down.");
            // A reinstall makes room.
            if (hypervisor.Number % 4 == 3 && hypervisor.OsVersion.StartsWith('8'))
                Keep([("alertname", "FilesystemAlmostFull"), ("hostname", hypervisor.Fqdn), ("instance", instance), ("job", "node"), ("mountpoint", "/var"), ("severity", "warning")], $"/var on {hypervisor.Fqdn} has 8 % left.");
        }

        foreach (var gone in Data.OfTheWorld.Keys.Except(present).ToList())
            Data.OfTheWorld.Remove(gone);

        void Keep((string Name, string Value)[] labels, string summary)
        {
            var alert = new FiringAlert(
                new(labels.ToDictionary(label => label.Name, label => label.Value), StringComparer.Ordinal), new(StringComparer.Ordinal) { ["summary"] = summary },
                now, now + ResolveTimeout, now, "http://prometheus.lab.example:9090/alerts");
            present.Add(alert.Fingerprint);
            Data.OfTheWorld[alert.Fingerprint] = Data.OfTheWorld.TryGetValue(alert.Fingerprint, out var before) ? alert with { StartsAt = before.StartsAt } : alert;
        }
    }
}
