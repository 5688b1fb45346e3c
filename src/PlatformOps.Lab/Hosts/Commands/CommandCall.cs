using PlatformOps.Lab.Hosts.Shell;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>One start of a program on a host: its arguments (the name first) and surroundings.</summary>
internal sealed record CommandCall(ShellState State, string[] Arguments)
{
    public LabHost Host => State.Host;

    public HostAccount User => State.User;

    public string Name => Arguments[0];

    public void Out(string text) => State.Stdout(Encoding.UTF8.GetBytes(text));

    public void Out(byte[] data) => State.Stdout(data);

    public void Error(string text) => State.Stderr(Encoding.UTF8.GetBytes(text + "\n"));

    public int Fail(string text, int status)
    {
        Error(text);
        return status;
    }

    public string PathOf(string argument) => HostFiles.Normalize(argument, State.Folder);

    /// <summary>Options as getopt reads them; letters in <paramref name="withValue"/> take a value, so do long names in <paramref name="longWithValue"/>.</summary>
    public CommandOptions Options(string withValue = "", params string[] longWithValue) => CommandOptions.Parse(Arguments, withValue, longWithValue);

    /// <summary>Writes a line for each failure of a list of paths and goes on, as the file commands do.</summary>
    public int Each(IEnumerable<string> arguments, string verb, Action<string> action)
    {
        var status = 0;
        foreach (var argument in arguments)
        {
            try
            {
                action(argument);
            }
            catch (HostFailure failure)
            {
                Error($"{Name}: {verb}{(verb.Length > 0 ? " '" : "")}{argument}{(verb.Length > 0 ? "'" : "")}: {failure.Message}");
                status = 1;
            }
        }

        return status;
    }
}
