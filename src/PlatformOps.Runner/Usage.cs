namespace PlatformOps.Runner;

/// <summary>What the runner can do, for people.</summary>
internal static class Usage
{
    private const string Text = """
        PlatformOps.Runner <command> [options]

          rehearse  run the main job on a lab of its own, and say whether all is well
                 --hypervisors N   how many to migrate (12); the lab has half as many more, with room for their servers
                 --vms N, --seed N, --speed X   as for lab
                 --throttle N      how many hypervisors at a time (all)
                 --report FILE     where the HTML report goes (a temporary file)
                 --kill-and-resume kill the process that migrates at random moments, and start it again until it is done
                 --kills N         how often (30)
          lab    start emulated services and hosts, print where they are as one JSON line, run until stdin closes
                 --hypervisors N   how many hypervisors (12)
                 --vms N           how many virtual machines (200)
                 --seed N          seed of everything that looks random (1)
                 --speed X         lab seconds per real second (60)
                 --world FILE      a YAML world file
                 --folder DIR      where configuration and keys go (a temporary folder, removed at the end)
                 --jira KIND       cloud or data-center (data-center)
        """;

    public static int Print(TextWriter writer, int exitCode)
    {
        writer.WriteLine(Text);
        return exitCode;
    }

    public static int Unknown(string command)
    {
        Console.Error.WriteLine($"unknown command '{command}'");
        return Print(Console.Error, 2);
    }
}
