using System.Globalization;
using System.Text;
using System.Text.Json;
using PlatformOps.Core.Processes;
using PlatformOps.Errors;
using PlatformOps.Labs;

namespace PlatformOps.Core.Labs;

/// <summary>A lab in a child process. It ends when its standard input closes, which the system does for us if we die.</summary>
internal sealed class LabProcess : IAsyncDisposable, IDisposable
{
    private const int KeptErrorBytes = 8 * 1024;
    private const int LongestLine = 64 * 1024;
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _child;
    private readonly Task _reading;

    private LabProcess(ChildProcess child, OpsLab lab, Task reading)
    {
        _child = child;
        Lab = lab;
        _reading = reading;
    }

    public OpsLab Lab { get; }

    public bool HasEnded => _child.HasExited;

    /// <summary>Starts the Runner's lab and waits until it says where it is.</summary>
    /// <param name="runner">The Runner's assembly.</param>
    /// <param name="start">What kind of lab.</param>
    /// <param name="patience">How long it may take until it serves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops waiting, and the lab.</param>
    /// <exception cref="LabException">No runtime for it is there, or it ended or hung instead of serving.</exception>
    public static async Task<LabProcess> StartAsync(string runner, LabStart start, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!File.Exists(runner))
            throw new LabException($"The lab was to be started from '{runner}', which does not exist. Install the module again.") { TargetName = runner };
        var child = StartChild(runner, start);
        var errors = new Tail(KeptErrorBytes);
        var readingErrors = DrainAsync(child.Error, errors);
        try
        {
            using var deadline = new CancellationTokenSource(patience, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            string? line;
            try
            {
                line = await ReadLineAsync(child.Output, both.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new LabException($"The lab did not say where it serves within {patience.TotalSeconds:0} s. {errors}");
            }
            if (line is null)
            {
                await readingErrors;
                throw Ended(errors.ToString());
            }
            return new LabProcess(child, Read(line, child.Id, time.GetUtcNow()), Task.WhenAll(readingErrors, DrainAsync(child.Output, null)));
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end by closing its input, and kills it where that does not help.</summary>
    public async ValueTask DisposeAsync()
    {
        CloseInput();
        using (var patience = new CancellationTokenSource(EndGrace))
        {
            try
            {
                await _child.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                // DisposeAsync kills it.
            }
        }
        await _child.DisposeAsync();
        await _reading;
    }

    /// <summary>Asks it to end and does not wait: for the end of a runspace.</summary>
    public void Dispose() => CloseInput();

    private void CloseInput()
    {
        try
        {
            _child.Input.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    private static ChildProcess StartChild(string runner, LabStart start)
    {
        List<string> arguments = [runner, "lab"];
        Add("--hypervisors", start.Hypervisors?.ToString(CultureInfo.InvariantCulture));
        Add("--vms", start.VirtualMachines?.ToString(CultureInfo.InvariantCulture));
        Add("--seed", start.Seed?.ToString(CultureInfo.InvariantCulture));
        Add("--speed", start.Speed?.ToString(CultureInfo.InvariantCulture));
        Add("--world", start.WorldFile);
        Add("--jira", start.Jira);
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        var beside = string.IsNullOrEmpty(root) ? null : Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        try
        {
            return ChildProcess.Start(new ChildCommand(File.Exists(beside) ? beside : "dotnet", arguments));
        }
        catch (ProgramException e)
        {
            throw new LabException("The lab runs in a process of its own and needs the ASP.NET Core runtime, 8.0 or later; 'dotnet' was found neither in DOTNET_ROOT nor in PATH. Install aspnetcore-runtime (https://dotnet.microsoft.com/download).", e);
        }

        void Add(string name, string? value)
        {
            if (value is not null)
                arguments.AddRange([name, value]);
        }
    }

    private static LabException Ended(string errors) => errors.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal)
        ? new LabException("The lab needs the ASP.NET Core runtime, 8.0 or later, and this machine's 'dotnet' has none. Install aspnetcore-runtime (https://dotnet.microsoft.com/download).")
        : new LabException($"The lab ended instead of serving. {(errors.Length > 0 ? "It said: " + errors : "It said nothing.")}");

    private static OpsLab Read(string line, int processId, DateTimeOffset now)
    {
        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? throw new KeyNotFoundException(name);
            return new OpsLab
            {
                ProcessId = processId,
                Address = new Uri(Text("address")),
                ConfigurationPath = Text("configuration"),
                ListPath = Text("list"),
                Folder = Text("folder"),
                Services = [.. json.RootElement.GetProperty("services").EnumerateArray().Select(name => name.GetString()!)],
                StartedAt = now,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or UriFormatException)
        {
            throw new LabException("The lab's first line is not what was expected: the module and its lab are of different versions. Install the module again.", e);
        }
    }

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        // Not more than the line: what comes after it is drained by somebody else.
        var bytes = new List<byte>(512);
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) > 0)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. bytes]);
            if (bytes.Count == LongestLine)
                throw new LabException("The lab's first line does not end.");
            bytes.Add(one[0]);
        }
        return null;
    }

    private static async Task DrainAsync(Stream stream, Tail? tail)
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, CancellationToken.None)) > 0)
                tail?.Append(buffer.AsSpan(0, read));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It has ended.
        }
    }

    /// <summary>The last of what it said.</summary>
    private sealed class Tail(int limit)
    {
        private readonly List<byte> _bytes = [];

        public void Append(ReadOnlySpan<byte> bytes)
        {
            lock (_bytes)
            {
                _bytes.AddRange(bytes);
                if (_bytes.Count > limit)
                    _bytes.RemoveRange(0, _bytes.Count - limit);
            }
        }

        public override string ToString()
        {
            lock (_bytes)
                return string.Join(' ', Encoding.UTF8.GetString([.. _bytes]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
