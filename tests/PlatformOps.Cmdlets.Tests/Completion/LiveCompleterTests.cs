using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.Cmdlets.Tests.Completion;

public sealed class LiveCompleterTests : IDisposable
{
    private readonly Shell _shell = new();

    public LiveCompleterTests() => _shell.OpenSession("lab");

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Names_come_from_the_open_session_and_are_asked_for_once()
    {
        var completer = new Names((session, _) => Task.FromResult<IReadOnlyList<CompletionName>>([new(session.Configuration.Environment + "1"), new(session.Configuration.Environment + " 2")]));
        Assert.Equal(["lab1", "'lab 2'"], Complete(completer, "l"));
        Assert.Equal(["lab1"], Complete(completer, "lab1"));
        Assert.Equal(1, completer.Calls);
    }

    [Fact]
    public void A_service_that_fails_offers_nothing()
    {
        Assert.Empty(Complete(new Names((_, _) => throw new TimeoutException()), ""));
        Assert.Empty(Complete(new Names(async (_, _) =>
        {
            await Task.Yield();
            throw new TimeoutException();
        }), ""));
    }

    [Fact]
    public void A_service_that_hangs_is_left_after_two_seconds_and_cancelled()
    {
        var time = new TestKit.FakeTimeProvider();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var completer = new Names(
            async (_, token) =>
            {
                using var registration = token.Register(cancelled.SetResult);
                time.Advance(TimeSpan.FromSeconds(2));
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                return [];
            },
            time);
        Assert.Empty(Complete(completer, ""));
        Assert.True(cancelled.Task.IsCompleted);
    }

    [Fact]
    public void Without_a_session_nobody_is_asked()
    {
        using var other = new Shell();
        var completer = new Names((_, _) => Task.FromResult<IReadOnlyList<CompletionName>>([new("x")]));
        Assert.Empty(Complete(completer, "", other));
        Assert.Equal(0, completer.Calls);
    }

    private string[] Complete(LiveCompleter completer, string word, Shell? shell = null)
    {
        var before = Runspace.DefaultRunspace;
        Runspace.DefaultRunspace = (shell ?? _shell).Runspace;
        try
        {
            var ast = (CommandAst)((PipelineAst)((ScriptBlockAst)Parser.ParseInput("x", out _, out _)).EndBlock.Statements[0]).PipelineElements[0];
            return [.. completer.CompleteArgument("x", "Name", word, ast, new Hashtable()).Select(result => result.CompletionText)];
        }
        finally
        {
            Runspace.DefaultRunspace = before;
        }
    }

    private sealed class Names(Func<SessionScope, CancellationToken, Task<IReadOnlyList<CompletionName>>> ask, TimeProvider? time = null) : LiveCompleter
    {
        public int Calls { get; private set; }

        private protected override TimeProvider Time => time ?? TimeProvider.System;

        private protected override Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        {
            Calls++;
            return ask(session, cancellationToken);
        }
    }
}
