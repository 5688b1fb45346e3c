using PlatformOps.ModuleBuilder;

// ModuleBuilder --assembly <cmdlets dll> --powershell <reference assembly> --sources <module/> --lab <runner's output> --out <folder> --version <v> --licence <file>
var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i + 1 < args.Length; i += 2)
    options[args[i]] = args[i + 1];
try
{
    var layout = new ModuleLayout(options["--out"]);
    using var cmdlets = new CmdletReader(options["--assembly"], options["--powershell"]);
    var infos = cmdlets.Read();

    // Beside the cmdlets only what they need: no PowerShell assembly may ever get there.
    var bin = Directory.GetFiles(Path.GetDirectoryName(options["--assembly"])!, "*.dll");
    foreach (var file in bin)
        layout.Copy(file, "bin/" + Path.GetFileName(file));
    foreach (var file in Directory.GetFiles(Path.GetDirectoryName(options["--assembly"])!, "PlatformOps.*.pdb"))
        layout.Copy(file, "bin/" + Path.GetFileName(file));
    var own = bin.Select(Path.GetFileNameWithoutExtension).Where(name => name != "PlatformOps.Model").Order(StringComparer.Ordinal);
    layout.Write("bin/PlatformOps.deps.txt", string.Join('\n', own) + "\n");

    foreach (var file in Directory.GetFiles(options["--lab"]).Where(file => file.EndsWith(".dll", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal)))
        layout.Copy(file, "lab/" + Path.GetFileName(file));

    var sources = options["--sources"];
    foreach (var file in Directory.GetFiles(sources, "*", SearchOption.AllDirectories))
    {
        var relative = Path.GetRelativePath(sources, file).Replace('\\', '/');
        if (relative.EndsWith(".template", StringComparison.Ordinal))
            layout.Write(relative[..^".template".Length], Manifest.Fill(File.ReadAllText(file), options["--version"], infos));
        else
            layout.Copy(file, relative);
    }
    layout.Copy(options["--licence"], "LICENSE");
    layout.Write("en-US/PlatformOps.PowerShell.dll-Help.xml", MamlWriter.Write(infos));
    layout.RemoveStrays();
    return 0;
}
catch (Exception e) when (e is ModuleBuildException or IOException or KeyNotFoundException)
{
    // MSBuild's canonical form of an error, so that it shows up as one.
    Console.Error.WriteLine($"ModuleBuilder : error PO0001: {e.Message.ReplaceLineEndings(" ")}");
    return 1;
}
