namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Collects programs by name.</summary>
internal sealed class CommandTable
{
    public Dictionary<string, Func<CommandCall, Task<int>>> Commands { get; } = new(StringComparer.Ordinal);

    /// <summary>A program that does not wait: it runs under the world's lock.</summary>
    public void Add(string name, Func<CommandCall, int> run) => Commands[name] = call => Task.FromResult(call.State.Locked(() =>
    {
        try
        {
            return run(call);
        }
        catch (HostFailure failure)
        {
            return call.Fail($"{call.Name}: {failure.Message}", 1);
        }
    }));

    /// <summary>A program that takes time, and takes the lock itself.</summary>
    public void AddSlow(string name, Func<CommandCall, Task<int>> run) => Commands[name] = run;
}
