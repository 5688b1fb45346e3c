using System.Management.Automation;

namespace PlatformOps.Cmdlets.Tests.Abstractions;

public sealed class FanOutCmdletTests
{
    [Fact]
    public void Every_object_is_worked_on_and_never_more_than_the_limit_at_once()
    {
        using var shell = new Shell();
        var probe = new Probe();
        var result = shell.Run("param($p) 1..200 | Test-FanOut -Probe $p -ThrottleLimit 4", probe);
        Assert.Equal(Enumerable.Range(1, 200), result.Values.Cast<int>().Order());
        Assert.InRange(probe.Most, 1, 4);
    }

    [Fact]
    public void Never_more_than_the_limit_ahead_of_the_downstream()
    {
        using var shell = new Shell();
        var probe = new Probe();
        var result = shell.Run("param($p) 1..100 | Test-FanOut -Probe $p -ThrottleLimit 3 | ForEach-Object -Begin { $n = 0 } -Process { $n++; $p.Started - $n }", probe);
        Assert.All(result.Values.Cast<int>(), ahead => Assert.InRange(ahead, 0, 3));
    }

    [Fact]
    public void Errors_are_held_until_every_object_has_ended()
    {
        using var shell = new Shell();
        var probe = new Probe();
        var thrown = Assert.Throws<ActionPreferenceStopException>(() => shell.Run("param($p) $global:seen = @(); 1, -2, 3, -4, 5 | Test-FanOut -Probe $p -ThrottleLimit 2 -ErrorAction Stop | ForEach-Object { $global:seen += $_ }", probe));
        Assert.StartsWith("RemoteHostFault,", thrown.ErrorRecord.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal([1, 3, 5], shell.Run("$global:seen").Values.Cast<int>().Order());
        Assert.Equal((5, 5), (probe.Started, probe.Ended));
    }

    [Fact]
    public void Each_failed_object_is_one_error_with_its_name()
    {
        using var shell = new Shell();
        var result = shell.Run("param($p) 1, -2, -3 | Test-FanOut -Probe $p", new Probe());
        Assert.Equal([1], result.Values);
        Assert.Equal(["host-2", "host-3"], result.Errors.Select(e => (string)e.TargetObject).Order());
    }

    [Fact]
    public void A_satisfied_downstream_ends_all_of_them_and_still_hears_of_the_errors()
    {
        using var shell = new Shell();
        var probe = new Probe();
        var result = shell.Run("param($p) -1, 2, 3, 4, 5, 6 | Test-FanOut -Probe $p -ThrottleLimit 1 | Select-Object -First 1", probe);
        Assert.Equal([2], result.Values);
        Assert.Equal(0, probe.Running);
        Assert.Equal("host-1", Assert.Single(result.Errors).TargetObject);
    }

    [Fact]
    public async Task Stopping_ends_all_of_them()
    {
        using var shell = new Shell();
        var probe = new Probe();
        using var powershell = shell.Make("param($p) 1..10 | Test-FanOut -Probe $p -Hold -ThrottleLimit 3", probe);
        var running = powershell.BeginInvoke();
        await Eventually.Is(() => probe.Running == 3);
        powershell.Stop();
        Assert.Equal((3, 0), (probe.Started, probe.Running));
        Assert.Throws<PipelineStoppedException>(() => powershell.EndInvoke(running));
    }

    [Fact]
    public void An_upstream_that_throws_leaves_none_of_them()
    {
        using var shell = new Shell();
        var probe = new Probe();
        Assert.Throws<RuntimeException>(() => shell.Run("param($p) & { 1; 2; throw 'no more' } | Test-FanOut -Probe $p -Hold", probe));
        Assert.Equal((2, 0), (probe.Started, probe.Running));
    }
}
