using System.Diagnostics;

namespace PlatformOps.Lab.Tests.Clients;

/// <summary>Runs a real client; skips the test where its package is not installed.</summary>
internal static class PeerProcess
{
    private const string Python = "/usr/bin/python3";

    public static async Task RequirePythonAsync(string module, string package)
    {
        if (!File.Exists(Python) || (await RunAsync(Python, ["-c", $"import {module}"], new Dictionary<string, string>())).Status != 0)
            Assert.Skip($"{package} is not installed");
    }

    public static void RequireProgram(string path, string package)
    {
        if (!File.Exists(path))
            Assert.Skip($"{package} is not installed");
    }

    public static async Task<string> PythonAsync(string script, params string[] arguments)
    {
        var (status, output, error) = await RunAsync(Python, ["-c", script, .. arguments], new Dictionary<string, string>());
        Assert.True(status == 0, error);
        return output.TrimEnd('\n');
    }

    public static async Task<(int Status, string Out, string Error)> RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OS_", StringComparison.Ordinal) || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
