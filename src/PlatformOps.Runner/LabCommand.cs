using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PlatformOps.Lab;

namespace PlatformOps.Runner;

/// <summary>The command <c>lab</c>: a lab that lives as long as its caller keeps stdin open.</summary>
internal static class LabCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            var options = Read(arguments);
            using var stop = new CancellationTokenSource();
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            // Ctrl-C in a terminal reaches every process there: a lab that somebody started as a child lives until its stdin closes.
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Console.IsInputRedirected ? signal => signal.Cancel = true : Stop);
            await using var lab = await LabServer.StartAsync(options, stop.Token);
            Console.Out.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["address"] = lab.Address.AbsoluteUri,
                ["configuration"] = lab.ConfigurationPath,
                ["list"] = lab.ListPath,
                ["folder"] = lab.Folder,
                ["services"] = lab.Services,
                ["pid"] = Environment.ProcessId,
            }));
            await Console.Out.FlushAsync();
            await Task.WhenAny(EndOfInputAsync(), Task.Delay(Timeout.Infinite, stop.Token));
            return 0;

            void Stop(PosixSignalContext signal)
            {
                // The lab ends in order, and removes its folder.
                signal.Cancel = true;
                stop.Cancel();
            }
        }
        catch (LabException failure)
        {
            Console.Error.WriteLine($"lab: {failure.Message}");
            return 2;
        }
    }

    private static Task EndOfInputAsync() => Task.Run(() =>
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (input.Read(buffer) > 0)
        {
            // What is said to the lab does not matter, only that the caller is there.
        }
    });

    private static LabOptions Read(string[] arguments)
    {
        var options = new LabOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is not ("--hypervisors" or "--vms" or "--seed" or "--speed" or "--world" or "--folder" or "--jira"))
                throw new LabException($"unknown option '{name}' (known: --hypervisors, --vms, --seed, --speed, --world, --folder, --jira)");
            if (++i == arguments.Length)
                throw new LabException($"{name} needs a value");
            var value = arguments[i];
            options = name switch
            {
                "--hypervisors" => options with { Hypervisors = Whole(name, value) },
                "--vms" => options with { VirtualMachines = Whole(name, value) },
                "--seed" => options with { Seed = Whole(name, value) },
                "--speed" => options with
                {
                    Speed = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) ? speed : throw new LabException($"{name}: '{value}' is not a number"),
                },
                "--world" => options with { WorldFile = value },
                "--folder" => options with { Folder = value },
                _ => options with
                {
                    Jira = value switch
                    {
                        "cloud" => LabJiraKind.Cloud,
                        "data-center" => LabJiraKind.DataCenter,
                        _ => throw new LabException($"--jira: '{value}' is neither cloud nor data-center"),
                    },
                },
            };
        }

        return options;
    }

    private static int Whole(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new LabException($"{name}: '{value}' is not a whole number");
}
