using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PlatformOps.Core.Labs;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>What belongs to one runspace: its sessions, and what ends with it. Parallel runspaces never see each other's.</summary>
internal sealed class OpsRunspace
{
    private static readonly ConditionalWeakTable<Runspace, OpsRunspace> States = new();
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly List<OpsSession> _sessions = [];
    private readonly List<object> _owned = [];
    private readonly Dictionary<Guid, SessionScope> _scopes = [];
    private readonly HashSet<string> _endedLabs = new(StringComparer.Ordinal);
    private OpsSession? _current;

    /// <summary>What completers heard lately: by session, completer and what it was about, with the time it came.</summary>
    public ConcurrentDictionary<(Guid Session, Type Completer, string? About), (long At, IReadOnlyList<CompletionName> Names)> CompletionCache { get; } = new();

    /// <summary>The state of the runspace that this thread works for.</summary>
    public static OpsRunspace Current => For(Runspace.DefaultRunspace ?? throw new InvalidOperationException("This thread works for no runspace."));

    /// <summary>The open sessions, in the order they were opened.</summary>
    public IReadOnlyList<OpsSession> Sessions
    {
        get
        {
            lock (_gate)
                return [.. _sessions];
        }
    }

    /// <summary>The session that cmdlets take where none is named.</summary>
    public OpsSession? CurrentSession
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    public static OpsRunspace For(Runspace runspace) => States.GetValue(runspace, static r =>
    {
        var state = new OpsRunspace();
        r.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
                state.Clear();
        };
        return state;
    });

    /// <summary>The session of that name, whatever its case.</summary>
    public OpsSession? FindSession(string name)
    {
        lock (_gate)
            return _sessions.Find(session => session.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Adds an open session and makes it the current one.</summary>
    /// <returns>What stood behind a session of the same name, to be disposed.</returns>
    public SessionScope? AddSession(OpsSession session, SessionScope scope)
    {
        lock (_gate)
        {
            var before = _sessions.Find(other => other.Name.Equals(session.Name, StringComparison.OrdinalIgnoreCase));
            SessionScope? replaced = null;
            if (before is not null)
            {
                _scopes.Remove(before.Id, out replaced);
                _sessions.Remove(before);
            }
            _sessions.Add(session);
            _scopes[session.Id] = scope;
            _current = session;
            return replaced;
        }
    }

    /// <summary>What stands behind a session.</summary>
    /// <exception cref="SessionException">It was closed, belongs to another runspace, or was opened on a lab that has ended: nothing is asked of what is gone, and nothing written to where it was.</exception>
    public SessionScope ScopeOf(OpsSession session)
    {
        lock (_gate)
        {
            var scope = _scopes.GetValueOrDefault(session.Id)
                ?? throw new SessionException($"The session '{session.Name}' is not open in this runspace: it was disconnected, or belongs to another one. Connect-PlatformOps opens one.");
            return IsOnEndedLab(session)
                ? throw new SessionException($"The lab of the session '{session.Name}' has ended: its services do not answer any more, and its keys are gone, and its runs too where they were kept in its own folder. Start-OpsLab and Connect-PlatformOps open another.")
                : scope;
        }
    }

    /// <summary>Forgets a session; the one opened last before it becomes the current one.</summary>
    /// <returns>What stood behind it, to be disposed; null where it was not open.</returns>
    public SessionScope? RemoveSession(OpsSession session)
    {
        lock (_gate)
        {
            _scopes.Remove(session.Id, out var scope);
            _sessions.RemoveAll(other => other.Id == session.Id);
            if (_current?.Id == session.Id)
                _current = _sessions.Count > 0 ? _sessions[^1] : null;
            return scope;
        }
    }

    /// <summary>Things of a kind that this runspace keeps, such as its labs.</summary>
    public IReadOnlyList<T> Owned<T>()
        where T : class
    {
        lock (_gate)
            return [.. _owned.OfType<T>()];
    }

    /// <summary>Keeps something until it is let go or the runspace closes, which disposes it.</summary>
    public void Own(object thing)
    {
        lock (_gate)
            _owned.Add(thing);
    }

    /// <summary>Lets go of something without disposing it.</summary>
    public bool Disown(object thing)
    {
        lock (_gate)
            return _owned.Remove(thing);
    }

    /// <summary>Notes that a lab has ended: what its configuration names is gone.</summary>
    public void EndLab(string configurationPath)
    {
        lock (_gate)
            _endedLabs.Add(configurationPath);
    }

    // Stopped by us, or its process is gone.
    private bool IsOnEndedLab(OpsSession session)
        => _endedLabs.Contains(session.ConfigurationPath) || _owned.OfType<LabProcess>().Any(lab => lab.HasEnded && lab.Lab.ConfigurationPath == session.ConfigurationPath);

    private void Clear()
    {
        object[] owned;
        SessionScope[] scopes;
        lock (_gate)
        {
            owned = [.. _owned];
            _owned.Clear();
            scopes = [.. _scopes.Values];
            _scopes.Clear();
            _sessions.Clear();
            _current = null;
        }
        foreach (var thing in owned.OfType<IDisposable>())
            thing.Dispose();
        // A process that exits waits for nobody behind this: the sessions' own runs are ended first, which is one record each.
        // Connections are closed by whoever has the time.
        IAsyncResult ended = Task.WhenAll(scopes.Select(scope => Task.Run(() => EndRunAsync(scope))));
        ended.AsyncWaitHandle.WaitOne(EndsWithin);
        foreach (var scope in scopes)
            _ = Task.Run(async () => await scope.DisposeAsync());
    }

    private static async Task EndRunAsync(SessionScope scope)
    {
        try
        {
            await scope.Effects.ExitAsync();
        }
        catch (OpsException)
        {
            // Something of it is still under way, or its disk is gone: then it shows as what was interrupted.
        }
    }
}
