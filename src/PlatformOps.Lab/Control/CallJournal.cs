using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Control;

/// <summary>Counts every request and keeps every change, so that a test can say "once, and only once".</summary>
internal sealed class CallJournal(LabClock clock)
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, int> _requests = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _writeCounts = new(StringComparer.Ordinal);
    private readonly List<WriteRecord> _writes = [];
    private int _sequence;

    public void Count(string service, string call)
    {
        lock (_gate)
        {
            var name = $"{service} {call}";
            _requests[name] = _requests.GetValueOrDefault(name) + 1;
        }
    }

    public void Wrote(string service, string call, string target, string detail)
    {
        lock (_gate)
        {
            var name = $"{service} {call}";
            _writeCounts[name] = _writeCounts.GetValueOrDefault(name) + 1;
            _writes.Add(new WriteRecord(++_sequence, clock.Now, service, call, target, detail));
        }
    }

    public JsonObject Counters()
    {
        lock (_gate)
        {
            return new JsonObject { ["requests"] = Counts(_requests), ["writes"] = Counts(_writeCounts) };
        }
    }

    public JsonArray Writes()
    {
        lock (_gate)
        {
            return new JsonArray([.. _writes.Select(write => (JsonNode)new JsonObject
            {
                ["sequence"] = write.Sequence,
                ["at"] = write.At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
                ["service"] = write.Service,
                ["call"] = write.Call,
                ["target"] = write.Target,
                ["detail"] = write.Detail,
            })]);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _requests.Clear();
            _writeCounts.Clear();
            _writes.Clear();
            _sequence = 0;
        }
    }

    private static JsonObject Counts(SortedDictionary<string, int> counts) =>
        new(counts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
}
