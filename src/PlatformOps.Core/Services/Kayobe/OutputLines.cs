using System.Runtime.InteropServices;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Cuts a stream into lines as it comes, fit to be shown; a line that is longer than anybody reads is cut.</summary>
internal sealed class OutputLines(Action<string> take)
{
    private const int Longest = 16 * 1024;

    private readonly List<byte> _line = [];

    public void Add(ReadOnlySpan<byte> data)
    {
        while (data.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Keep(data[..end]);
            End();
            data = data[(end + 1)..];
        }

        Keep(data);
    }

    /// <summary>The stream has ended.</summary>
    public void Complete()
    {
        if (_line.Count > 0)
            End();
    }

    private void Keep(ReadOnlySpan<byte> data) => _line.AddRange(data[..Math.Min(data.Length, Longest - _line.Count)]);

    private void End()
    {
        var line = OutputText.Clean(CollectionsMarshal.AsSpan(_line)).TrimEnd('\n');
        _line.Clear();
        take(line);
    }
}
