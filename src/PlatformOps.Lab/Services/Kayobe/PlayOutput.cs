namespace PlatformOps.Lab.Services.Kayobe;

/// <summary>Ansible's default output of one playbook, as it goes, and the recap at its end.</summary>
internal sealed class PlayOutput(Action<string> write)
{
    private readonly SortedDictionary<string, int[]> _counts = new(StringComparer.Ordinal);

    public bool AnyFailed => _counts.Values.Any(counts => counts[3] > 0);

    public bool AnyUnreachable => _counts.Values.Any(counts => counts[2] > 0);

    public void Play(string name) => write($"\nPLAY [{name}] {new string('*', Math.Max(3, 72 - name.Length))}\n");

    public void Task(string name) => write($"\nTASK [{name}] {new string('*', Math.Max(3, 72 - name.Length))}\n");

    public void NobodyMatched() => write("skipping: no hosts matched\n");

    public void Ok(string host) => Tell(host, 0, $"ok: [{host}]");

    public void Changed(string host)
    {
        Of(host)[0]++;
        Tell(host, 1, $"changed: [{host}]");
    }

    public void Skipped(string host) => Tell(host, 4, $"skipping: [{host}]");

    public void Failed(string host, string message) => Tell(host, 3, $$"""fatal: [{{host}}]: FAILED! => {"changed": false, "msg": "{{message}}"}""");

    public void Ignored(string host, string message)
    {
        Of(host)[0]++;
        Tell(host, 6, $$"""fatal: [{{host}}]: FAILED! => {"changed": false, "msg": "{{message}}"}""" + "\n...ignoring");
    }

    public void Unreachable(string host) => Tell(host, 2, $$"""fatal: [{{host}}]: UNREACHABLE! => {"changed": false, "msg": "Failed to connect to the host via ssh: ssh: connect to host {{host}} port 22: No route to host", "unreachable": true}""");

    public void Recap()
    {
        write($"\nPLAY RECAP {new string('*', 69)}\n");
        foreach (var (host, c) in _counts)
            write($"{host,-26} : ok={c[0],-4} changed={c[1],-4} unreachable={c[2],-4} failed={c[3],-4} skipped={c[4],-4} rescued={c[5],-4} ignored={c[6],-4}\n");
        write("\n");
    }

    private int[] Of(string host) => _counts.TryGetValue(host, out var counts) ? counts : _counts[host] = new int[7];

    private void Tell(string host, int what, string line)
    {
        Of(host)[what]++;
        write(line + "\n");
    }
}
