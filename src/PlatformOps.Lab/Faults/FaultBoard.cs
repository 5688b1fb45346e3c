using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Faults;

/// <summary>The faults that are waiting. Which call one strikes is the same for the same seed and order of calls.</summary>
internal sealed class FaultBoard(int seed)
{
    private static readonly string[] Known =
        ["service", "call", "target", "count", "after", "probability", "effect", "retry-after"];

    private static readonly Dictionary<string, FaultKind> Effects = new(StringComparer.Ordinal)
    {
        ["status"] = FaultKind.Status,
        ["delay"] = FaultKind.Delay,
        ["reset"] = FaultKind.Reset,
        ["reset-after-commit"] = FaultKind.ResetAfterCommit,
        ["garbage"] = FaultKind.Garbage,
        ["html"] = FaultKind.Html,
        ["truncate"] = FaultKind.Truncate,
        ["token-expired"] = FaultKind.TokenExpired,
        ["ssh-refused"] = FaultKind.SshRefused,
        ["ssh-drop"] = FaultKind.SshDrop,
        ["ssh-auth"] = FaultKind.SshAuth,
        ["ssh-hang"] = FaultKind.SshHang,
        ["disk-full"] = FaultKind.DiskFull,
    };

    private readonly object _gate = new();
    private readonly Random _random = new(seed);
    private readonly List<Entry> _entries = [];
    private int _lastId;

    /// <summary>The services that a fault can strike: every one that <see cref="Take"/> asks for.</summary>
    public IReadOnlyList<string> Services { get; set; } = [];

    /// <summary>Adds a fault given as JSON.</summary>
    /// <exception cref="LabException">It has an unknown key, service or effect, or a value out of range.</exception>
    public int Add(JsonNode? given)
    {
        if (given is not JsonObject body)
            throw new LabException("a fault is a JSON object");
        if (body.FirstOrDefault(pair => !Known.Contains(pair.Key)).Key is { } unknown)
            throw new LabException($"a fault has no '{unknown}' (known: {string.Join(", ", Known)})");

        var service = body.Text("service") is { Length: > 0 } name ? name : throw new LabException("a fault needs a service, or '*'");
        if (!Services.Any(known => Glob.IsMatch(service, known)))
            throw new LabException($"unknown service '{service}' (known: {string.Join(", ", Services)}; * for all)");
        var effect = body.Text("effect") ?? throw new LabException("a fault needs an effect");
        var parts = effect.Split(':', 2);
        if (!Effects.TryGetValue(parts[0], out var kind))
            throw new LabException($"unknown effect '{effect}' (known: {string.Join(", ", Effects.Keys)})");

        var needsValue = kind is FaultKind.Status or FaultKind.Delay;
        double value = 0;
        if (needsValue != (parts.Length == 2)
            || (needsValue && !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out value)))
        {
            throw new LabException($"effect '{effect}': write status:<code>, delay:<seconds>, and the others without a value");
        }

        if (kind == FaultKind.Status && value is < 200 or > 599)
            throw new LabException($"effect '{effect}': no such status");

        lock (_gate)
        {
            _entries.Add(new Entry(new Fault(++_lastId, service, body.Text("call"), body.Text("target"), kind, effect)
            {
                Status = kind == FaultKind.Status ? (int)value : 0,
                Seconds = kind == FaultKind.Delay ? value : 0,
                RetryAfter = Number(body, "retry-after"),
                Count = Number(body, "count"),
                After = Number(body, "after") ?? 0,
                Probability = Fraction(body),
            }));
            return _lastId;
        }
    }

    /// <summary>Takes the faults that strike this call, and counts them as used.</summary>
    public Fault[] Take(string service, string[] calls, Func<IEnumerable<string>> targets)
    {
        if (!Services.Contains(service))
            throw new InvalidOperationException($"{service} asks for its faults, and nobody can give it any: LabServices does not name it.");
        lock (_gate)
        {
            if (_entries.Count == 0)
                return [];

            string[]? names = null;
            List<Fault> struck = [];
            foreach (var entry in _entries)
            {
                var fault = entry.Fault;
                if (!Glob.IsMatch(fault.Service, service)
                    || (fault.Call is { } call && !calls.Any(name => Glob.IsMatch(call, name)))
                    || (fault.Target is { } target && !(names ??= [.. targets()]).Any(name => Glob.IsMatch(target, name)))
                    || (fault.Count is { } count && entry.Struck >= count)
                    || entry.Seen++ < fault.After
                    || (fault.Probability < 1 && _random.NextDouble() >= fault.Probability))
                {
                    continue;
                }

                entry.Struck++;
                struck.Add(fault);
            }

            return [.. struck];
        }
    }

    public JsonArray Describe()
    {
        lock (_gate)
        {
            return JsonText.Array(_entries.Select(entry => (JsonNode)new JsonObject
            {
                ["id"] = entry.Fault.Id,
                ["service"] = entry.Fault.Service,
                ["call"] = entry.Fault.Call,
                ["target"] = entry.Fault.Target,
                ["effect"] = entry.Fault.Effect,
                ["count"] = entry.Fault.Count,
                ["after"] = entry.Fault.After,
                ["probability"] = entry.Fault.Probability,
                ["retry-after"] = entry.Fault.RetryAfter,
                ["seen"] = entry.Seen,
                ["struck"] = entry.Struck,
            }));
        }
    }

    public bool Remove(int id)
    {
        lock (_gate)
        {
            return _entries.RemoveAll(entry => entry.Fault.Id == id) > 0;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    private static int? Number(JsonObject body, string name)
    {
        if (body[name] is not { } node)
            return null;
        return int.TryParse(node.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new LabException($"'{name}' of a fault is a whole number ≥ 0");
    }

    private static double Fraction(JsonObject body)
    {
        if (body["probability"] is not { } node)
            return 1;
        return double.TryParse(node.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1
            ? number
            : throw new LabException("'probability' of a fault is between 0 and 1");
    }

    private sealed class Entry(Fault fault)
    {
        public Fault Fault { get; } = fault;

        public int Seen { get; set; }

        public int Struck { get; set; }
    }
}
