using System.Globalization;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Secrets;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>The log of a run: one file for all, size-rotated, and one for each phase of each target, which goes to the ticket. Secrets are removed on the way; times are UTC.</summary>
internal sealed class RunLog : IRunObserver, IAsyncDisposable
{
    private const long MaxBytes = 2 * 1024 * 1024;
    private const int MaxFiles = 10;

    private readonly object _writing = new();
    private readonly string _path;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Redactor _redactor;
    private FileStream? _file;

    /// <param name="path">The file for all targets.</param>
    /// <param name="folder">Where the logs of phases go.</param>
    public RunLog(string path, string folder, TimeProvider time, Redactor redactor)
    {
        (_path, _folder, _time, _redactor) = (path, folder, time, redactor);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The log of one phase of a target.</summary>
    public string PathFor(string target, string? phase) => Path.Combine(_folder, $"{FileNameOf(target)}.{FileNameOf(phase ?? "effects")}.log");

    public IActionLog For(string target, string? phase) => new TargetLog(this, target, PathFor(target, phase));

    public ValueTask OnStepEndedAsync(StepRecord record, CancellationToken cancellationToken)
    {
        For(record.Target, record.Phase).Write(record.Step, $"{record.Outcome}: {record.Message}");
        return default;
    }

    public ValueTask DisposeAsync()
    {
        lock (_writing)
        {
            _file?.Dispose();
            _file = null;
        }

        return default;
    }

    private static string FileNameOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));

    private void Write(string target, string phasePath, string source, string message)
    {
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        foreach (var line in _redactor.Clean(message).ReplaceLineEndings("\n").Split('\n'))
            text.Append(time).Append(' ').Append(target).Append(' ').Append(source).Append(": ").Append(line).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        lock (_writing)
        {
            if (_file is { Length: > MaxBytes })
                Rotate();
            _file ??= Open(_path);
            _file.Write(bytes);
            using var phase = Open(phasePath);
            phase.Write(bytes);
        }
    }

    private void Rotate()
    {
        _file!.Dispose();
        _file = null;
        for (var n = MaxFiles - 1; n >= 1; n--)
        {
            var from = n == 1 ? _path : $"{_path}.{n - 1}";
            if (File.Exists(from))
                File.Move(from, $"{_path}.{n}", overwrite: true);
        }
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private sealed class TargetLog(RunLog log, string target, string phasePath) : IActionLog
    {
        public void Write(string source, string message) => log.Write(target, phasePath, source, message);
    }
}
