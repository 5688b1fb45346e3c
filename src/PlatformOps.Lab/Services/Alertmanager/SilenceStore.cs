using System.Text.RegularExpressions;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>The silences (silence/silence.go): history is never rewritten, so what changes more than the end of a silence makes another one. Reads may lag behind, as those of another peer do.</summary>
internal sealed partial class SilenceStore(LabContext lab, AlertmanagerVersion version)
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(120);
    private static readonly string[] Order = ["active", "pending", "expired"];

    private List<AlertSilence> Versions => lab.World.Alerts.Silences;

    private DateTimeOffset Now => lab.Clock.Now;

    /// <summary>What a reader sees.</summary>
    public IReadOnlyList<AlertSilence> All()
    {
        Versions.RemoveAll(silence => silence.EndsAt + Retention < Now);
        var seen = Now - lab.Options.AlertmanagerReadLag;
        return [.. Versions.Where(silence => silence.UpdatedAt <= seen).GroupBy(silence => silence.Id).Select(versions => versions.Last())];
    }

    /// <summary>As the list shows them: active ones by their end, pending ones by their start, expired ones the latest first.</summary>
    public IEnumerable<AlertSilence> Sorted(Func<AlertSilence, bool> wanted) => All().Where(wanted)
        .OrderBy(silence => Array.IndexOf(Order, silence.StateAt(Now)))
        .ThenBy(silence => silence.StateAt(Now) switch { "active" => silence.EndsAt.UtcTicks, "pending" => silence.StartsAt.UtcTicks, _ => -silence.EndsAt.UtcTicks });

    public AlertSilence? Find(string id) => All().FirstOrDefault(silence => silence.Id == id);

    /// <summary>Makes a silence or changes one, and answers its id, which may be a new one.</summary>
    public string Set(PostBody.Silence given)
    {
        var now = Now;
        if (given.StartsAt >= given.EndsAt)
            throw AlertmanagerErrors.Bad("Failed to create silence: start time must be before end time");
        if (given.EndsAt < now)
            throw AlertmanagerErrors.Bad("Failed to create silence: end time can't be in the past");
        if (version.TellsMuting)
            Validate(given);
        var previous = Latest(given.Id);
        if (given.Id.Length > 0 && previous is null)
            throw new Refusal(AlertmanagerErrors.Text(404, "silence not found"));
        var next = new AlertSilence(given.Id, given.Matchers, given.StartsAt, given.EndsAt, given.CreatedBy, given.Comment, now) { Annotations = given.Annotations };
        if (previous is null || !CanUpdate(previous, next, now))
        {
            // Before 0.28 the old one was gone even where the new one turned out to be invalid.
            if (previous is not null && previous.StateAt(now) != "expired")
                Versions.Add(Expired(previous, now));
            next = next with { Id = Guid.NewGuid().ToString(), StartsAt = next.StartsAt < now ? now : next.StartsAt };
        }

        if (!version.TellsMuting)
            Validate(given);
        Versions.Add(next);
        return next.Id;
    }

    /// <summary>Ends a silence now; again has no effect. False where there is none.</summary>
    public bool Expire(string id)
    {
        if (Latest(id) is not { } silence)
            return false;
        if (silence.StateAt(Now) != "expired")
            Versions.Add(Expired(silence, Now));
        return true;
    }

    public AlertSilence? Latest(string id) => Versions.LastOrDefault(silence => silence.Id == id);

    private static AlertSilence Expired(AlertSilence silence, DateTimeOffset now)
        => silence with { StartsAt = silence.StateAt(now) == "pending" ? now : silence.StartsAt, EndsAt = now, UpdatedAt = now };

    // The order of the matchers counts, and the second of the start.
    private static bool CanUpdate(AlertSilence previous, AlertSilence next, DateTimeOffset now) => previous.Matchers.Select(matcher => matcher.ToString()).SequenceEqual(next.Matchers.Select(matcher => matcher.ToString()))
        && previous.StateAt(now) switch
        {
            "active" => previous.StartsAt.ToUnixTimeSeconds() == next.StartsAt.ToUnixTimeSeconds() && next.EndsAt >= now,
            "pending" => next.StartsAt >= now,
            _ => false,
        };

    private void Validate(PostBody.Silence silence)
    {
        var where = version.HasMatcherSets ? " in set 0" : "";
        for (var i = 0; i < silence.Matchers.Count; i++)
        {
            var matcher = silence.Matchers[i];
            if (version.AllowsAnyLabelName ? matcher.Name.Length == 0 : !LabelName().IsMatch(matcher.Name))
                throw Invalid($"invalid label matcher {i}{where}: invalid label name \"{matcher.Name}\"");
            if (matcher.IsRegex && GoRegex.Fault(matcher.Value) is { } fault)
                throw Invalid($"invalid label matcher {i}{where}: invalid regular expression \"{matcher.Value.Replace("\\", "\\\\", Ordinal).Replace("\"", "\\\"", Ordinal)}\": {fault}");
        }

        // A matcher that excludes never counts as one that matches nothing.
        if (silence.Matchers.All(matcher => matcher.IsEqual && matcher.Matches("")))
            throw Invalid($"{(version.HasMatcherSets ? "matcher set 0: " : "")}at least one matcher must not match the empty string");
    }

    private Refusal Invalid(string why) => AlertmanagerErrors.Bad($"{(version.TellsMuting ? "invalid silence" : "silence invalid")}: {why}");

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    internal static partial Regex LabelName();
}
