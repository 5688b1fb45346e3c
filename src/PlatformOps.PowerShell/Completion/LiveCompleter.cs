using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>
/// The base of completers that ask a service: at most two seconds, never an exception, and what came is kept for a while, so that the
/// next press of Tab is at once. Without a session nothing is offered.
/// </summary>
public abstract class LiveCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var state = OpsRunspace.Current;
            var session = fakeBoundParameters?["Session"] switch
            {
                OpsSession given => given,
                string name => state.FindSession(name),
                _ => state.CurrentSession,
            };
            About = fakeBoundParameters is null ? null : AboutOf(fakeBoundParameters);
            return session is null ? [] : [.. Completions.Of(Names(state, session), wordToComplete)];
        }
        catch (Exception)
        {
            // Completion never disturbs who is typing.
            return [];
        }
    }

    /// <summary>Asks the service.</summary>
    private protected abstract Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken);

    /// <summary>What the names depend on among the other parameters, such as the ticket; null where they depend on nothing.</summary>
    private protected virtual string? AboutOf(IDictionary bound) => null;

    /// <inheritdoc cref="AboutOf"/>
    private protected string? About { get; private set; }

    /// <summary>The clock.</summary>
    private protected virtual TimeProvider Time => TimeProvider.System;

    private IReadOnlyList<CompletionName> Names(OpsRunspace state, OpsSession session)
    {
        var cache = state.CompletionCache;
        var key = (session.Id, GetType(), About);
        if (cache.TryGetValue(key, out var known) && Time.GetElapsedTime(known.At) < Fresh)
            return known.Names;
        var scope = state.ScopeOf(session);
        var stop = new CancellationTokenSource(Patience, Time);
        // On another thread: a client that blocks before its first wait must not block the prompt.
        var asking = Task.Run(() => NamesAsync(scope, stop.Token), stop.Token);
        // The source lives as long as the call that it ends; its fault, if it comes late, is nobody's.
        asking.ContinueWith(
            done =>
            {
                _ = done.Exception;
                stop.Dispose();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        var timer = Task.Delay(Patience, Time, CancellationToken.None);
        if (Task.WaitAny(asking, timer) != 0 || !asking.IsCompletedSuccessfully)
            return [];
        var names = asking.GetAwaiter().GetResult();
        cache[key] = (Time.GetTimestamp(), names);
        return names;
    }
}
