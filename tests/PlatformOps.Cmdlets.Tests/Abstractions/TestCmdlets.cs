using System.Management.Automation;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Cmdlets.Tests.Abstractions;

/// <summary>Writes numbers from other threads until it is told to end.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Stream")]
public sealed class TestStreamCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true)]
    public Probe Probe { get; set; } = null!;

    [Parameter]
    public int Count { get; set; } = int.MaxValue;

    [Parameter]
    public SwitchParameter SwallowEverything { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Probe.Begin();
        try
        {
            for (var i = 0; i < Count; i++)
            {
                await Task.Yield();
                try
                {
                    await WriteObjectAsync(i);
                }
                catch (Exception) when (SwallowEverything)
                {
                    break;
                }
            }
        }
        finally
        {
            Probe.End();
        }
    }
}

/// <summary>Writes without ever waiting.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Direct")]
public sealed class TestDirectCommand : AsyncCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    [Parameter]
    public SwitchParameter SwallowEverything { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteObjectAsync(InputObject);
        }
        catch (Exception) when (SwallowEverything)
        {
        }
    }
}

/// <summary>Waits until it is told to end.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Wait")]
public sealed class TestWaitCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true)]
    public Probe Probe { get; set; } = null!;

    [Parameter(ValueFromPipeline = true)]
    public object? Input { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Probe.Begin();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            Probe.End();
        }
    }
}

/// <summary>Waits until it is told to end, shows how its end goes, and takes a while for that.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LongEnd")]
public sealed class TestLongEndCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true)]
    public Probe Probe { get; set; } = null!;

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Probe.Begin();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            StartProgress("Ending").Report("closes its journal");
            await Task.Delay(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            Probe.End();
        }
    }
}

/// <summary>Fails at what it is given.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Failure")]
public sealed class TestFailureCommand : AsyncCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public Exception Failure { get; set; } = null!;

    [Parameter]
    public SwitchParameter Elsewhere { get; set; }

    private protected override string? CurrentTarget => "the target";

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        if (Elsewhere)
            await Task.Yield();
        throw Failure;
    }
}

/// <summary>Speaks to every stream from another thread.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Streams")]
public sealed class TestStreamsCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true)]
    public Probe Probe { get; set; } = null!;

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Probe.Begin();
        try
        {
            await Task.Yield();
            await WriteWarningAsync("a warning");
            await WriteVerboseAsync("in detail");
            await WriteErrorAsync(new ObjectNotFoundException("It is not there.") { TargetName = "hv1" });
            await WriteObjectsAsync(Enumerable.Range(0, 3));
        }
        finally
        {
            Probe.End();
        }
    }
}

/// <summary>Works on several at once: writes 'n' when released, fails at negative numbers.</summary>
[Cmdlet(VerbsDiagnostic.Test, "FanOut")]
public sealed class TestFanOutCommand : FanOutCmdlet<int>
{
    [Parameter(Mandatory = true)]
    public Probe Probe { get; set; } = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public int[] Number { get; set; } = [];

    [Parameter]
    public SwitchParameter Hold { get; set; }

    private protected override bool NeedsSession => false;

    private protected override IEnumerable<int> Inputs() => Number;

    private protected override async ValueTask ProcessAsync(int input, CancellationToken cancellationToken)
    {
        Probe.Begin();
        try
        {
            await Task.Yield();
            if (Hold)
                await Probe.Release.Task.WaitAsync(cancellationToken);
            if (input < 0)
                throw new RemoteHostException($"host{input}", "It does not answer.");
            await WriteObjectAsync(input);
        }
        finally
        {
            Probe.End();
        }
    }
}

/// <summary>Needs a session.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Session")]
public sealed class TestSessionCommand : SessionCmdlet
{
    private protected override ValueTask EndAsync(CancellationToken cancellationToken) => WriteObjectAsync(OpenSession);
}

/// <summary>Asks before an effect.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Effect", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class TestEffectCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true)]
    public Impact Impact { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var confirmation = Confirmation;
        await Task.Yield();
        var answer = await confirmation.AskAsync(Impact, "[prod] hv1", "disable the compute service", cancellationToken);
        await WriteObjectAsync(confirmation.IsWhatIf ? "planned" : answer ? "done" : "declined");
    }
}

/// <summary>Shows two rows in one moment, and nothing for a while by its clock, until it is told to end.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Rows")]
public sealed class TestRowsCommand : AsyncCmdlet
{
    private readonly FakeTimeProvider _time = new();

    [Parameter(Mandatory = true)]
    public Probe Probe { get; set; } = null!;

    private protected override TimeProvider Time => _time;

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        StartProgress("hv1").Report("one");
        StartProgress("hv2").Report("two");
        _time.Advance(TimeSpan.FromSeconds(1));
        await Probe.Release.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>Shows progress.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Progress")]
public sealed class TestProgressCommand : AsyncCmdlet
{
    [Parameter]
    public SwitchParameter Fail { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var progress = StartProgress("Draining");
        for (var i = 0; i < 1000; i++)
        {
            progress.Report("hv1", i, 1000);
            if (i % 100 == 0)
                await Task.Yield();
        }
        if (Fail)
            throw new ServiceException("openstack", "It did not work.");
    }
}
