using System.Globalization;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>The log of a run: one file for all, size-rotated, a copy of it where somebody wants one, and one for each phase of each target, which goes to the ticket. Secrets are removed on the way; times are UTC.</summary>
/// <remarks>A line that cannot be written stops nobody where it is written: an effect may be under way there. No further one begins after it, see <see cref="ThrowIfBroken"/>.</remarks>
internal sealed class RunLog : IRunObserver, IAsyncDisposable
{
    private const long MaxBytes = 2 * 1024 * 1024;
    private const int MaxFiles = 10;

    private readonly object _writing = new();
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Redactor _redactor;
    private readonly RotatingFile _file;
    private RotatingFile? _copy;
    private volatile LedgerException? _fault;

    /// <param name="path">The file for all targets.</param>
    /// <param name="folder">Where the logs of phases go.</param>
    /// <param name="copyPath">Where a copy of the file for all goes; null for none.</param>
    public RunLog(string path, string folder, TimeProvider time, Redactor redactor, string? copyPath = null)
    {
        (_folder, _time, _redactor) = (folder, time, redactor);
        _file = new RotatingFile(path);
        _copy = copyPath is null ? null : new RotatingFile(copyPath);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Why it is not whole; null where it is.</summary>
    public string? Fault => _fault?.Message;

    /// <summary>Before an effect: whoever looks later would not find it.</summary>
    /// <exception cref="LedgerException">A line could not be written.</exception>
    public void ThrowIfBroken()
    {
        if (_fault is { } fault)
            throw new LedgerException(fault.Message, fault.InnerException);
    }

    /// <summary>The log of one phase of a target.</summary>
    public string PathFor(string target, string? phase) => Path.Combine(_folder, $"{FileNameOf(target)}.{FileNameOf(phase ?? "effects")}.log");

    public IActionLog For(string target, string? phase) => For(target, phase, [target]);

    /// <summary>The log of what is done for several together: it goes to the phase's log of each.</summary>
    /// <param name="name">What they are called together.</param>
    public IActionLog For(string name, string? phase, IReadOnlyList<string> targets) => new TargetLog(this, name, [.. targets.Select(target => PathFor(target, phase))]);

    public ValueTask OnStepEndedAsync(StepRecord record, CancellationToken cancellationToken)
    {
        For(record.Target, record.Phase).Write(record.Step, $"{record.Outcome}: {record.Message}");
        return default;
    }

    public ValueTask DisposeAsync()
    {
        lock (_writing)
        {
            _file.Dispose();
            _copy?.Dispose();
        }

        return default;
    }

    private static string FileNameOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));

    private void Write(string target, IReadOnlyList<string> phasePaths, string source, string message)
    {
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        foreach (var line in _redactor.Clean(message).ReplaceLineEndings("\n").Split('\n'))
            text.Append(time).Append(' ').Append(target).Append(' ').Append(source).Append(": ").Append(line).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        lock (_writing)
        {
            Try(_file.Path, () => _file.Write(bytes));
            WriteCopy(bytes);
            foreach (var path in phasePaths)
            {
                Try(path, () =>
                {
                    using var phase = Open(path);
                    phase.Write(bytes);
                });
            }
        }
    }

    private void Try(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _fault ??= new LedgerException($"The log {path} cannot be written: {e.Message} No further effect is begun. Make room or mend the folder, and go on with the run.", e);
        }
    }

    // The copy is for people: a folder that is gone or full must not keep the run from its own log.
    private void WriteCopy(byte[] bytes)
    {
        try
        {
            _copy?.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _copy = null;
            Try(_file.Path, () => _file.Write(Encoding.UTF8.GetBytes($"The copy of this log ends here: {e.Message}\n")));
        }
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private sealed class RotatingFile(string path) : IDisposable
    {
        private FileStream? _stream;

        public string Path => path;

        public void Write(byte[] bytes)
        {
            if (_stream is { Length: > MaxBytes })
                Rotate();
            _stream ??= Open(path);
            _stream.Write(bytes);
        }

        public void Dispose()
        {
            _stream?.Dispose();
            _stream = null;
        }

        private void Rotate()
        {
            Dispose();
            for (var n = MaxFiles - 1; n >= 1; n--)
            {
                var from = n == 1 ? path : $"{path}.{n - 1}";
                if (File.Exists(from))
                    File.Move(from, $"{path}.{n}", overwrite: true);
            }
        }
    }

    private sealed class TargetLog(RunLog log, string target, IReadOnlyList<string> phasePaths) : IActionLog
    {
        public void Write(string source, string message) => log.Write(target, phasePaths, source, message);
    }
}
