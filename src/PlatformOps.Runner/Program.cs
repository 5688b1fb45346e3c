using PlatformOps.Runner;
using Spectre.Console;

// Each command is a class; this file only finds it.
// Colours and live tables are for terminals.
if (Console.IsOutputRedirected)
    AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(Console.Out) });

try
{
    return await RunAsync(args);
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static async Task<int> RunAsync(string[] args) => args switch
{
    ["rehearse", .. var options] => await RehearseCommand.RunAsync(options),
    ["migrate", .. var options] => await MigrateCommand.RunAsync(options),
    ["lab", .. var options] => await LabCommand.RunAsync(options),
    ["-h" or "--help" or "help", ..] => Usage.Print(Console.Out, 0),
    [] => Usage.Print(Console.Error, 2),
    [var unknown, ..] => Usage.Unknown(unknown),
};
