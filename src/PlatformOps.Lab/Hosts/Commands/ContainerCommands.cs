using PlatformOps.Lab.Hosts.Shell;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>docker and podman.</summary>
internal static class ContainerCommands
{
    public static void Register(CommandTable table)
    {
        table.AddSlow("docker", Run);
        table.AddSlow("podman", Run);
    }

    private static Task<int> Run(CommandCall call)
    {
        var refused = call.State.Locked(() => !call.User.IsRoot ? "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"
            : call.Name == "docker" && call.Host.Units.GetValueOrDefault("docker.service")?.ActiveState != "active" ? "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
            : null);
        if (refused is not null)
            return Task.FromResult(call.Fail(refused, 1));
        var containers = call.State.Locked(() => call.Host.Containers.Where(container => container.Tool == call.Name).ToList());
        switch (call.Arguments.ElementAtOrDefault(1))
        {
            case "ps":
                // One format is enough for those who ask for names.
                var options = call.Options("f", "format", "filter");
                var isNames = options.Value("format") == "{{.Names}}";
                call.Out((isNames ? "" : "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n")
                    + string.Concat(containers.Where(container => container.IsRunning || options.Has("a", "all")).OrderBy(container => container.Name, StringComparer.Ordinal).Select(container => isNames
                        ? $"{container.Name}\n"
                        : $"{container.Name.Length:x12}   kolla/{container.Name}   \"dumb-init\"   6 weeks ago   {(container.IsRunning ? "Up 6 weeks" : "Exited (0) 5 days ago")}   {container.Name}\n")));
                return Task.FromResult(0);
            case "exec":
                var words = call.Arguments.Skip(2).SkipWhile(word => word.StartsWith('-')).ToArray();
                if (words.Length < 2)
                    return Task.FromResult(call.Fail($"\"{call.Name} exec\" requires at least 2 arguments.", 1));
                return containers.Exists(container => container.IsRunning && container.Name == words[0])
                    ? ShellRunner.RunProgramAsync(words[1..], call.State)
                    : Task.FromResult(call.Fail($"Error: no container with name or ID \"{words[0]}\" found: no such container", 1));
            default:
                return Task.FromResult(call.Fail($"{call.Name}: '{call.Arguments.ElementAtOrDefault(1)}' is not simulated.", 1));
        }
    }
}
