using PlatformOps.Runner;

// Each command is a class; this file only finds it.
return args switch
{
    ["lab", .. var options] => await LabCommand.RunAsync(options),
    ["-h" or "--help" or "help", ..] => Usage.Print(Console.Out, 0),
    [] => Usage.Print(Console.Error, 2),
    [var unknown, ..] => Usage.Unknown(unknown),
};
