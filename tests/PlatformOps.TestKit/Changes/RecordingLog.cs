using System.Collections.Concurrent;
using PlatformOps.Core.Logging;

namespace PlatformOps.TestKit.Changes;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLog : IActionLog
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public void Write(string source, string message) => _lines.Enqueue($"{source}: {message}");
}
