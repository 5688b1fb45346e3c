using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>What belongs to one runspace: its sessions, and what ends with it. Parallel runspaces never see each other's.</summary>
internal sealed class OpsRunspace
{
    private static readonly ConditionalWeakTable<Runspace, OpsRunspace> States = new();

    private readonly object _gate = new();
    private readonly List<OpsSession> _sessions = [];
    private readonly List<object> _owned = [];
    private OpsSession? _current;

    /// <summary>What completers heard lately: by session and completer, with the time it came.</summary>
    public ConcurrentDictionary<(Guid Session, Type Completer), (long At, IReadOnlyList<CompletionName> Names)> CompletionCache { get; } = new();

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
    public void AddSession(OpsSession session)
    {
        lock (_gate)
        {
            _sessions.RemoveAll(other => other.Name.Equals(session.Name, StringComparison.OrdinalIgnoreCase));
            _sessions.Add(session);
            _current = session;
        }
    }

    /// <summary>Forgets a session; the one opened last before it becomes the current one.</summary>
    public bool RemoveSession(OpsSession session)
    {
        lock (_gate)
        {
            var removed = _sessions.RemoveAll(other => other.Id == session.Id) > 0;
            if (_current?.Id == session.Id)
                _current = _sessions.Count > 0 ? _sessions[^1] : null;
            return removed;
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

    private void Clear()
    {
        object[] owned;
        lock (_gate)
        {
            owned = [.. _owned];
            _owned.Clear();
            _sessions.Clear();
            _current = null;
        }
        foreach (var thing in owned.OfType<IDisposable>())
            thing.Dispose();
    }
}
