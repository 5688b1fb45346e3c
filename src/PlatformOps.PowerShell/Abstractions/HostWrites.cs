using System.Management.Automation.Host;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Knows whether the pipeline thread is writing to the host, and frees it where the terminal will never answer it.</summary>
/// <remarks>
/// On Unix, PowerShell's console asks the terminal where its cursor is each time it draws a progress bar, or a line above one, and waits for the
/// answer however long it takes. Ctrl-C makes the terminal's driver discard what is under way in both directions. Where that was the question or its
/// answer, the thread waits for ever: the effects have ended, and the prompt never comes back. Asking once more ends the wait.
/// </remarks>
internal sealed class HostWrites(PSHost host, TimeProvider time)
{
    // What a terminal is asked for its cursor with (DSR 6, ECMA-48), and how long it may take: across a slow line it takes some tenths of a second.
    private const string WhereIsTheCursor = "\e[6n";
    private const int Questions = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A pipeline of several cmdlets is stopped in each; there is one terminal.
    private static int _watching;

    // Odd while a write is under way.
    private int _changes;

    public void Begin() => Interlocked.Increment(ref _changes);

    public void End() => Interlocked.Increment(ref _changes);

    /// <summary>After Ctrl-C: asks the terminal again while one and the same write does not come back.</summary>
    public async Task FreeAsync()
    {
        if (!IsTerminal || Interlocked.Exchange(ref _watching, 1) != 0)
            return;
        try
        {
            for (var asked = 0; asked < Questions; asked++)
            {
                var before = Volatile.Read(ref _changes);
                if (before % 2 == 0)
                    return;
                await Task.Delay(Patience, time).ConfigureAwait(false);
                if (Volatile.Read(ref _changes) == before)
                    Ask();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The terminal is gone, and with it whoever waits for the prompt.
        }
        finally
        {
            Volatile.Write(ref _watching, 0);
        }
    }

    // Not by the host: its own ways to the terminal are held by the write that waits.
    private static void Ask() => Console.Out.Write(WhereIsTheCursor);

    private bool IsTerminal => host.Name == "ConsoleHost" && !OperatingSystem.IsWindows() && !Console.IsInputRedirected && !Console.IsOutputRedirected;
}
