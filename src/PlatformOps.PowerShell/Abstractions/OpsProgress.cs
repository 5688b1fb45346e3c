using System.Management.Automation;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>One progress bar: may be told of changes from any thread and as often as one likes; shows at most four a second.</summary>
internal sealed class OpsProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static int _lastId = 0x504F;

    private readonly object _gate = new();
    private readonly string _activity;
    private readonly int _parent;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly long _started;
    private string _status = " ";
    private string? _operation;
    private int _done;
    private int _total;
    private bool _isEven;
    private long _shownAt;
    private bool _shown;
    private bool _pending;

    public OpsProgress(string activity, OpsProgress? parent, TimeProvider time, Action changed)
    {
        _activity = activity;
        _parent = parent?.Id ?? -1;
        _time = time;
        _changed = changed;
        _started = time.GetTimestamp();
        Id = Interlocked.Increment(ref _lastId);
    }

    public int Id { get; }

    public bool IsCompleted { get; private set; }

    /// <summary>Tells where it is.</summary>
    /// <param name="status">What is being done, in a few words.</param>
    /// <param name="done">How many are done.</param>
    /// <param name="total">Of how many; 0 where nobody knows.</param>
    /// <param name="operation">What just now, if there is something to add.</param>
    /// <param name="isEven">One takes about as long as another, so that what is done tells how long the rest takes.</param>
    public void Report(string status, int done = 0, int total = 0, string? operation = null, bool isEven = true)
    {
        lock (_gate)
        {
            if (IsCompleted)
                return;
            (_status, _done, _total, _operation, _isEven) = (status.Length > 0 ? status : " ", done, total, operation, isEven);
            _pending = true;
        }
        _changed();
    }

    /// <summary>Completes it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (IsCompleted)
                return;
            IsCompleted = true;
            _pending = _shown;
        }
        _changed();
    }

    /// <summary>What is to be shown now, or else when to ask again.</summary>
    public ProgressRecord? TakeDue(out TimeSpan? wait)
    {
        lock (_gate)
        {
            wait = null;
            if (!_pending)
                return null;
            if (_shown && !IsCompleted && _time.GetElapsedTime(_shownAt) is var since && since < Interval)
            {
                wait = Interval - since;
                return null;
            }
            _pending = false;
            _shown = true;
            _shownAt = _time.GetTimestamp();
            var record = new ProgressRecord(Id, _activity, _status)
            {
                ParentActivityId = _parent,
                RecordType = IsCompleted ? ProgressRecordType.Completed : ProgressRecordType.Processing,
                CurrentOperation = _operation,
            };
            if (_total > 0)
            {
                record.PercentComplete = Math.Clamp((int)(100L * _done / _total), 0, 100);
                if (_isEven && _done > 0 && _done < _total)
                    record.SecondsRemaining = (int)Math.Min(int.MaxValue, _time.GetElapsedTime(_started).TotalSeconds / _done * (_total - _done));
            }
            return record;
        }
    }
}
