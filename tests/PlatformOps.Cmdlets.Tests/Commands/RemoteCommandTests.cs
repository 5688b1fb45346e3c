using System.Management.Automation;
using PlatformOps.Remote;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class RemoteCommandTests : LabShell
{
    [Fact]
    public async Task A_command_that_only_looks_runs_everywhere_and_opens_no_run()
    {
        var results = Run("Import-MigrationList $l | Invoke-RemoteCommand -Command uname, -r -UserName ops -ReadOnly").Values.Cast<RemoteCommandResult>().ToList();
        Assert.Equal(4, results.Select(result => result.HostName).Distinct().Count());
        Assert.All(results, result => Assert.Equal((StepOutcome.Done, 0), (result.Outcome, result.ExitStatus)));
        Assert.Equal(0, await WritesAsync());
        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public void What_only_looks_is_not_stopped_by_the_kill_switch()
    {
        Run("Enable-OpsKillSwitch incident");
        Assert.Equal("up\n", Output($"Invoke-RemoteCommand {One} -Command echo, up -UserName ops -ReadOnly"));
    }

    [Fact]
    public void Arguments_are_what_was_written()
    {
        Assert.Equal("a  b;$HOME\n", Output($"Invoke-RemoteCommand {One} -Command echo, 'a  b;$HOME' -UserName ops -ReadOnly"));
        Assert.Equal("-x y\n", Output($"Invoke-RemoteCommand {One} -UserName ops -ReadOnly -- echo -x y"));
        Assert.Equal("in\n", Output($"Invoke-RemoteCommand {One} -Script 'cat && true' -Input \"in`n\" -UserName ops -ReadOnly"));
    }

    [Fact]
    public async Task One_word_with_spaces_is_refused_with_the_way_to_write_it()
    {
        var error = Assert.Single(Run($"Invoke-RemoteCommand {One} 'dnf -y update'").Errors);
        Assert.Contains("-Command dnf, -y, update, or -Script 'dnf -y update'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await RequestsAsync("ssh"));
    }

    [Fact]
    public async Task WhatIf_runs_nothing_not_even_what_only_looks()
    {
        var result = Run($"Invoke-RemoteCommand {One} -Command mkdir, /srv/ops -WhatIf; Invoke-RemoteCommand {One} -Command mkdir, /srv/ops -ReadOnly -WhatIf; Grant-RemoteRootAccess {Two} -WhatIf");
        Assert.Equal([StepOutcome.Planned, StepOutcome.Planned], result.Values.Cast<StepRecord>().Select(record => record.Outcome));
        Assert.Equal(0, await WritesAsync());
        Assert.Equal(0, await RequestsAsync("ssh mkdir"));
    }

    [Fact]
    public async Task A_command_that_has_run_is_not_sent_again()
    {
        const string Script = "Invoke-RemoteCommand hv01.lab.example -Command sudo, -n, mkdir, /srv/ops -Creates /srv/ops -UserName ops -Confirm:$false";
        Assert.Equal(StepOutcome.Done, Assert.IsType<RemoteCommandResult>(Assert.Single(Run(Script).Values)).Outcome);
        Assert.Equal(StepOutcome.Unchanged, Assert.IsType<RemoteCommandResult>(Assert.Single(Run(Script).Values)).Outcome);
        Assert.Equal(1, await WritesAsync("ssh mkdir"));
    }

    [Fact]
    public void A_command_that_fails_is_an_error_beside_its_result()
    {
        foreach (var how in new[] { "-ReadOnly", "-Confirm:$false" })
        {
            var result = Run($"Invoke-RemoteCommand {One} -Script 'echo out; echo bad >&2; exit 3' -UserName ops {how}");
            var end = Assert.IsType<RemoteCommandResult>(Assert.Single(result.Values));
            Assert.Equal((3, "out\n", "bad\n", StepOutcome.Failed), (end.ExitStatus, end.Output, end.Error, end.Outcome));
            var error = Assert.Single(result.Errors);
            Assert.Equal((One, ErrorCategory.InvalidResult), (error.TargetObject, error.CategoryInfo.Category));
        }
    }

    [Fact]
    public async Task A_command_whose_end_nobody_knows_is_unknown_and_is_not_sent_again()
    {
        await FaultAsync("""{"service": "ssh", "effect": "ssh-drop", "count": 1, "call": "mkdir"}""");
        const string Script = "Invoke-RemoteCommand hv01.lab.example -Command mkdir, /srv/ops -UserName ops -Confirm:$false";
        var first = Run(Script);
        Assert.Equal(StepOutcome.Unknown, Assert.IsType<RemoteCommandResult>(Assert.Single(first.Values)).Outcome);
        Assert.StartsWith("OutcomeUnknown,", Assert.Single(first.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        var second = Run(Script);
        Assert.Empty(second.Values);
        Assert.StartsWith("OutcomeUnknown,", Assert.Single(second.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(1, await RequestsAsync("ssh mkdir"));
    }

    [Fact]
    public async Task A_command_that_only_looks_and_is_cut_failed_and_leaves_nothing_in_doubt()
    {
        await FaultAsync("""{"service": "ssh", "effect": "ssh-drop", "count": 1, "call": "uptime"}""");
        const string Script = "Invoke-RemoteCommand hv01.lab.example -Command uptime -UserName ops -ReadOnly";
        var first = Run(Script);
        Assert.Equal(StepOutcome.Failed, Assert.IsType<RemoteCommandResult>(Assert.Single(first.Values)).Outcome);
        Assert.Contains("so the answer is not known. Nothing was changed.", Assert.Single(first.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, Assert.IsType<RemoteCommandResult>(Assert.Single(Run(Script).Values)).Outcome);
    }

    [Fact]
    public void A_host_that_is_not_reached_stops_no_other()
    {
        var result = Run($"'none.lab.example', '{One}' | Get-RemoteHostFact -UserName ops");
        Assert.Equal(One, Assert.IsType<RemoteHostFact>(Assert.Single(result.Values)).HostName);
        Assert.Equal("none.lab.example", Assert.Single(result.Errors).TargetObject);
    }

    [Fact]
    public async Task Root_is_let_in_once()
    {
        var records = Run($"1..2 | ForEach-Object {{ Grant-RemoteRootAccess {Two} -PassThru -Confirm:$false }}; Get-RemoteHostFact {Two}").Values;
        Assert.Equal([StepOutcome.Done, StepOutcome.Unchanged], records.OfType<StepRecord>().Select(record => record.Outcome));
        Assert.Single(records.OfType<RemoteHostFact>());
        Assert.Equal(1, await WritesAsync("ssh tee"));
    }

    [Fact]
    public async Task Hosts_are_counted_against_MaxTargets()
    {
        var result = Run("Import-MigrationList $l | Invoke-RemoteCommand -Command sudo, -n, mkdir, /srv/ops -UserName ops -MaxTargets 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count");
        Assert.Equal(3, result.Values.OfType<int>().Single());
        Assert.Equal(1, await RequestsAsync("ssh mkdir"));
    }

    [Theory]
    [InlineData("Get-Process -Id $PID | Invoke-RemoteCommand -Command true -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Invoke-RemoteCommand 'hv*' -Command true -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Invoke-RemoteCommand '-oProxyCommand=x' -Command true -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Invoke-RemoteCommand hv01.lab.example -Command true -Creates srv -Confirm:$false", "InvalidArgument,")]
    [InlineData("Invoke-RemoteCommand hv01.lab.example -Command true -UserName 'x;y' -Confirm:$false", "RemoteHostFault,")]
    [InlineData("Invoke-RemoteCommand hv01.elsewhere.example -Command true -Confirm:$false", "Refused,")]
    [InlineData("Invoke-RemoteCommand hv01.elsewhere.example -Command true -ReadOnly", "Refused,")]
    [InlineData("Connect-PlatformOps $p -Name guarded -Set @{ 'targets.protected' = 'hv01*' }; Invoke-RemoteCommand hv01.lab.example -Command true -ReadOnly", "Refused,")]
    [InlineData("Invoke-RemoteCommand hv01.lab.example -Command true", "Refused,")]
    public async Task What_is_not_meant_reaches_no_host(string script, string error)
    {
        Assert.StartsWith(error, Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await RequestsAsync("ssh"));
    }

    [Fact]
    public async Task Hosts_are_probed_and_one_that_is_away_is_a_row()
    {
        await FaultAsync("""{"service": "ssh", "effect": "ssh-refused", "target": "hv03*"}""");

        var result = Run("Import-MigrationList $l | Test-RemoteHost | Sort-Object HostName");

        Assert.Empty(result.Errors);
        var rows = result.Values.Cast<RemoteHostHealth>().ToList();
        Assert.Equal([(true, true, "root"), (true, false, "ops"), (false, null, null), (true, true, "root")], rows.Select(row => (row.IsReachable, row.RootLogin, row.UserName)));
        Assert.Equal([true, false, false, true], rows.Select(row => row.IsHealthy));
        Assert.Equal(("rocky", "8.10"), (rows[1].OsId, rows[1].OsVersion));
        Assert.All(rows, row => Assert.Equal(row.IsReachable, row.LatencyMilliseconds > 0));
        Assert.Contains("refused", rows[2].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public void A_host_with_another_key_is_reachable_and_not_trusted()
    {
        Run("param($p) Connect-PlatformOps $p -Name strange -Set @{ 'ssh.known-hosts' = '/nonexistent/known_hosts' }");

        var row = Assert.IsType<RemoteHostHealth>(Assert.Single(Run($"Test-RemoteHost {One}").Values));

        Assert.Equal((true, null, false), (row.IsReachable, row.RootLogin, row.IsHealthy));
        Assert.IsType<Errors.HostKeyException>(row.Error);
    }

    [Fact]
    public void A_probe_goes_on_to_the_cmdlet_that_lets_root_in()
    {
        var records = Run("Import-MigrationList $l | Test-RemoteHost | Where-Object RootLogin -eq $false | Grant-RemoteRootAccess -PassThru -Confirm:$false; Import-MigrationList $l | Test-RemoteHost").Values;

        Assert.Equal(Two, Assert.Single(records.OfType<StepRecord>()).Target);
        Assert.All(records.OfType<RemoteHostHealth>(), row => Assert.True(row.IsHealthy));
    }

    [Fact]
    public async Task Packages_are_brought_up_to_date_once_and_one_that_is_not_there_is_an_error()
    {
        const string Script = "Update-RemotePackage hv01.lab.example, hv03.lab.example -Package qemu-kvm, bash -PassThru -Confirm:$false";
        var planned = Run($"Update-RemotePackage {One} qemu-kvm, bash -WhatIf");
        Assert.Equal("6.2.0-49.module+el8.10.0, an update exists", Assert.IsType<StepRecord>(Assert.Single(planned.Values)).Before);
        Assert.Equal(0, await WritesAsync());

        var records = Run(Script).Values.Cast<StepRecord>().ToList();

        Assert.Equal(2, records.Count(record => record.Outcome == StepOutcome.Done));
        Assert.Equal(2, records.Count(record => record.Outcome == StepOutcome.Unchanged));
        Assert.Equal(4, Run(Script).Values.Cast<StepRecord>().Count(record => record.Outcome == StepOutcome.Unchanged));
        Assert.Equal(2, await WritesAsync("ssh dnf"));
        Assert.Contains("not installed", Assert.Single(Run($"Update-RemotePackage {One} nope -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("ParameterArgumentValidationError,", Assert.Single(Run($"Update-RemotePackage {One} 'qemu*' -Confirm:$false").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_is_ready_is_left_alone_by_the_model_of_the_inventory()
    {
        var result = Run($"Initialize-HypervisorStorage {One}, hv04.lab.example -PassThru -Confirm:$false");

        Assert.Empty(result.Errors);
        Assert.All(result.Values.Cast<StepRecord>(), record => Assert.Equal(StepOutcome.Unchanged, record.Outcome));
        Assert.Contains(result.Values.Cast<StepRecord>(), record => record.Message.Contains("xma-hv-2022-a100", StringComparison.Ordinal));
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task WhatIf_shows_each_step_to_storage_and_does_none()
    {
        // Its servers have nowhere to go by themselves, so the phase does not claim it; but it was written down.
        Run("Invoke-MigrationStep hv04.lab.example -Step Setup, PreDrain -Confirm:$false");
        Run("Disable-ComputeService hv04.lab.example -Reason reinstall -Confirm:$false");
        await SetHostAsync("hv04.lab.example", """{"serversMoved": true}""");
        await SetHostAsync("hv04.lab.example", """{"disks": {"nvme0n1": null, "nvme1n1": null}}""");
        var before = await WritesAsync();

        var plan = Assert.IsType<StepRecord>(Assert.Single(Run("Initialize-HypervisorStorage hv04.lab.example -WhatIf").Values));

        Assert.Equal(StepOutcome.Planned, plan.Outcome);
        foreach (var step in new[] { "one partition of type fd00 on nvme0n1", "one partition of type fd00 on nvme1n1", "the RAID0 /dev/md0", "an XFS on /dev/md0", "name the array", "/etc/fstab", "mount /var/lib/nova/instances" })
            Assert.Contains(step, plan.After, StringComparison.Ordinal);
        Assert.Equal(before, await WritesAsync());

        var done = Assert.IsType<StepRecord>(Assert.Single(Run("Initialize-HypervisorStorage hv04.lab.example -PassThru -Confirm:$false").Values));
        Assert.Equal(StepOutcome.Done, done.Outcome);
        Assert.Equal(1, await WritesAsync("ssh mkfs.xfs"));
    }

    [Fact]
    public void What_the_dossier_at_the_ticket_recorded_is_taken_where_this_folder_has_none()
    {
        Assert.Empty(Run($"Invoke-MigrationStep {One} -TicketId MH-101 -Step PreDrain -Confirm:$false").Errors);
        Directory.Delete(Path.GetFullPath(Path.Combine((string)Run("(Get-OpsRun | Select-Object -First 1).Path").Values[0]!, "..", "..", "dossiers")), recursive: true);
        Assert.Empty(Run($"Invoke-RemoteCommand {One} -Command umount, /var/lib/nova/instances -Confirm:$false").Errors);

        Assert.Contains("was not recorded", Assert.Single(Run($"Initialize-HypervisorStorage {One} -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, Assert.IsType<StepRecord>(Assert.Single(Run($"Initialize-HypervisorStorage {One} -TicketId MH-101 -PassThru -Confirm:$false").Values)).Outcome);
    }

    [Fact]
    public async Task A_disk_that_carries_something_is_taken_by_force_alone_and_for_one_hypervisor()
    {
        await DrainAsync(One);
        await SetHostAsync(One, """{"disks": {"nvme0n1": {"fileSystem": "ext4"}}}""");
        var before = await WritesAsync();
        Assert.Contains("force it by name", Assert.Single(Run($"Initialize-HypervisorStorage {One} -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, await WritesAsync());

        var result = Run($"Initialize-HypervisorStorage {One}, hv03.lab.example -Force nvme0n1 -PassThru -Confirm:$false");

        Assert.Equal((One, StepOutcome.Done), (Assert.IsType<StepRecord>(Assert.Single(result.Values)).Target, ((StepRecord)result.Values[0]!).Outcome));
        Assert.Contains("-Force names disks of one hypervisor", Assert.Single(result.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, await WritesAsync("ssh mkfs.xfs"));
    }

    [Theory]
    [InlineData("Initialize-HypervisorStorage hv01.lab.example", "Refused,")]
    [InlineData("Initialize-HypervisorStorage hv01.lab.example -Profile nope -Confirm:$false", "ObjectNotFound,")]
    [InlineData("Initialize-HypervisorStorage 'hv*' -Confirm:$false", "ParameterArgumentTransformationError,")]
    public async Task Storage_that_is_not_meant_is_left_alone(string script, string error)
    {
        await SetHostAsync(One, """{"disks": {"nvme0n1": null}}""");

        Assert.StartsWith(error, Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public void Profiles_complete() => Assert.Equal(["hv-2022-lenovo", "xma-hv-2022-a100"], Complete("Initialize-HypervisorStorage hv01.lab.example -Profile "));

    private string Output(string script) => Assert.IsType<RemoteCommandResult>(Assert.Single(Run(script).Values)).Output;
}
