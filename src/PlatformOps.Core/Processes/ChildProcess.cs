using System.ComponentModel;
using System.Diagnostics;

namespace PlatformOps.Core.Processes;

/// <summary>
/// A child process: the one place that starts any. <see cref="RunAsync"/> for what ends by itself, <see cref="Start"/> for what is
/// talked to while it lives. Standard input, output and error are always ours: a child never reads our terminal and never writes to it.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>How long output may go on after the end of the process: a background child of it (OpenSSH's control master) can hold the pipe open for ever.</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Its standard input; close it to tell the child that nothing more comes.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its standard output. Must be read, or the child stops when the pipe is full.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Its standard error. Must be read, or the child stops when the pipe is full.</summary>
    public Stream Error => _process.StandardError.BaseStream;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a child that the caller talks to; <see cref="ChildCommand.Input"/>, limits, timeout and callback are not used.</summary>
    /// <exception cref="ProgramException">The program is missing or may not be started.</exception>
    public static ChildProcess Start(ChildCommand command)
    {
        var environment = command.Environment;
        var path = ProgramPath.Find(command.Program, environment.GetValueOrDefault("PATH"))
            ?? throw new ProgramException(command.Program, $"The program '{command.Program}' was not found{(Path.IsPathFullyQualified(command.Program) ? "" : " in PATH")}. Install it, or correct its name in the configuration.");
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.WorkingFolder ?? "",
        };
        foreach (var argument in command.Arguments)
        {
            // The system would cut the argument there and run something else.
            if (argument.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"An argument for {command.Program} holds a NUL character.", nameof(command));
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            process.Dispose();
            throw new ProgramException(command.Program, $"'{path}' could not be started: {error.Message}.", error);
        }

        return new ChildProcess(process);
    }

    /// <summary>Runs a program to its end, or to its timeout: then <see cref="ChildResult.ExitCode"/> is null and its process tree is dead.</summary>
    /// <exception cref="ProgramException">The program is missing or may not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; its process tree is dead.</exception>
    public static async Task<ChildResult> RunAsync(ChildCommand command, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        time ??= TimeProvider.System;
        var started = time.GetTimestamp();
        var output = new CappedBuffer(command.OutputLimit);
        var error = new CappedBuffer(command.OutputLimit);
        var callbackGate = new object();

        await using var child = Start(command);
        using var deadline = new CancellationTokenSource(command.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var stopReading = new CancellationTokenSource();

        var feed = FeedAsync(child, command.Input, stopReading.Token);
        var pumps = new[]
        {
            PumpAsync(child.Output, isError: false, output, command.OnOutput, callbackGate, stop, stopReading.Token),
            PumpAsync(child.Error, isError: true, error, command.OnOutput, callbackGate, stop, stopReading.Token),
        };
        var reading = Task.WhenAll(pumps);
        int? exitCode = null;
        try
        {
            exitCode = await child.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The deadline, or a callback that threw: its exception follows below.
        }
        finally
        {
            await child.KillAsync();
            // Both streams end with the process, unless something in its background holds them.
            await Task.WhenAny(reading, Task.Delay(OutputGrace, CancellationToken.None));
            await stopReading.CancelAsync();
            await Task.WhenAny(Task.WhenAll(reading, feed), Task.Delay(OutputGrace, CancellationToken.None));
        }

        var fault = Array.Find(pumps, p => p.IsFaulted);
        if (fault is not null)
            await fault;
        lock (callbackGate)
        {
            return new ChildResult
            {
                ExitCode = exitCode,
                OutputBytes = output.Written,
                ErrorBytes = error.Written,
                DroppedBytes = output.Dropped + error.Dropped,
                Duration = time.GetElapsedTime(started),
            };
        }
    }

    /// <summary>Waits for its end. Cancelling stops the waiting, not the child.</summary>
    /// <returns>The exit code; 128 + signal where a signal ended it on Unix.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Kills it and everything it started, if it still lives, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process.HasExited)
            return;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended meanwhile, or a descendant belongs to another user; the wait below tells.
        }

        using var patience = new CancellationTokenSource(KillGrace);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Stuck in the kernel (a dead network file system): not ours to wait for.
        }
    }

    /// <summary>Kills it if it still lives.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        foreach (var stream in new[] { Input, Output, Error })
        {
            try
            {
                await stream.DisposeAsync();
            }
            catch (IOException)
            {
                // Input it never read.
            }
        }

        _process.Dispose();
    }

    private static async Task FeedAsync(ChildProcess child, ReadOnlyMemory<byte>? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is { IsEmpty: false } bytes)
            {
                await child.Input.WriteAsync(bytes, cancellationToken);
                await child.Input.FlushAsync(cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It ended, or closed its input, without reading all of it: its exit code tells what it thinks of that.
        }
        finally
        {
            try
            {
                child.Input.Close();
            }
            catch (IOException)
            {
            }
        }
    }

    private static async Task PumpAsync(Stream stream, bool isError, CappedBuffer kept, Action<ChildOutput>? onOutput, object gate, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                lock (gate)
                {
                    kept.Append(buffer.AsSpan(0, read));
                    onOutput?.Invoke(new ChildOutput(isError, buffer.AsMemory(0, read)));
                }
            }
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The process is gone and something in its background still holds the pipe.
        }
        catch
        {
            // Unread, a full pipe would keep the child waiting until its timeout.
            await stop.CancelAsync();
            throw;
        }
    }
}
