using System.Text.Json;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class RunCommandTests : LabShell
{
    private const string TakeOut = """
        runbook: site/take-out
        description: Out of service.
        target: hypervisor
        parameters:
          why: { type: string, description: "the reason" }
        steps:
          - check: netbox.device.exists
            with: { statuses: [active, offline] }
          - change: openstack.compute-service.disable
            with: { reason: "${parameter.why}" }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ops-");

    [Fact]
    public void Runbooks_are_listed_with_their_steps_with_and_without_a_session()
    {
        using var alone = new Shell();
        var runbook = Assert.IsType<RunbookInfo>(Assert.Single(alone.Run("Get-Runbook hypervisor/pre-drain").Values));
        Assert.True(runbook.IsBuiltIn);
        Assert.Contains(runbook.Steps, step => step is { Action: "openstack.compute-service.disable", Impact: Impact.Medium, CanUndo: true });
        Assert.Equal(["netbox", "openstack", "ssh"], runbook.Needs);
        Assert.NotEmpty(Run("Get-Runbook").Values);
        Assert.StartsWith("ObjectNotFound,", Assert.Single(Run("Get-Runbook none").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_runbook_is_one_error_with_its_place()
    {
        using var alone = new Shell();
        Assert.Equal("site/take-out", Assert.Single(alone.Run("param($f) Test-Runbook $f", Write("good.yaml", TakeOut)).Values).ToString());
        var wrong = Write("wrong.yaml", "runbook: r\ntarget: hypervisor\nsteps:\n  - check: host.oss\n");
        var error = Assert.Single(alone.Run("param($f) Get-Item $f | Test-Runbook", wrong).Errors);
        Assert.StartsWith($"{wrong}:4:12: There is no action 'host.oss'. Did you mean 'host.os'?", error.Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("InvalidRunbook,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Name hypervisor/setup", Assert.Single(alone.Run("Test-Runbook hypervisor/setup").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replacement_that_loses_guards_is_emitted_with_a_warning()
    {
        using var alone = new Shell();

        var result = alone.Run("param($f) Test-Runbook $f", Write("mine.yaml", "runbook: hypervisor/pre-reinstall\ntarget: hypervisor\nsteps:\n  - change: kayobe.playbook\n    with: { playbook: x.yml }\n"));

        Assert.Equal("hypervisor/pre-reinstall", Assert.Single(result.Values).ToString());
        Assert.Contains("mine.yaml: kayobe.playbook has no guard openstack.claim, hypervisor.identity", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_listed_runbook_is_tested_itself_and_a_wrong_file_is_an_error_beside_the_others()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "runbooks"));
        Write("runbooks/own.yaml", TakeOut);
        Write("runbooks/wrong.yaml", "runbook: hypervisor/setup\ntarget: hypervisor\nsteps:\n  - check: host.oss\n");
        var configuration = Write("ops.yaml", $"environment: lab\nrunbooks: {{ folder: '{folder.FullName}' }}\n");
        using var site = new Shell();
        Assert.Empty(site.Run("param($c) Connect-PlatformOps $c", configuration).Errors);

        var listed = site.Run("Get-Runbook");
        var tested = site.Run("Get-Runbook -ErrorAction Ignore | Test-Runbook");

        Assert.Contains("host.oss", Assert.Single(listed.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hypervisor/setup", listed.Values.Cast<RunbookInfo>().Select(runbook => runbook.Name));
        Assert.Contains("site/take-out", listed.Values.Cast<RunbookInfo>().Select(runbook => runbook.Name));
        Assert.Empty(tested.Errors);
        Assert.Equal(listed.Values.Cast<RunbookInfo>().Select(runbook => (runbook.Name, runbook.Origin)), tested.Values.Cast<RunbookInfo>().Select(runbook => (runbook.Name, runbook.Origin)));
        Assert.Empty(site.Run("Get-Runbook hypervisor/pre-drain").Errors);
        Assert.Empty(site.Run("Get-Runbook hypervisor/setup -ErrorAction Ignore").Values);
        Assert.Single(site.Run("Get-MigrationStep").Errors);
    }

    [Fact]
    public async Task A_runbook_is_planned_run_reported_and_taken_back()
    {
        var file = Write("take-out.yaml", TakeOut);
        var plan = Shell.Run("param($f, $n) $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' } -WhatIf", file, One);
        Assert.Equal([StepOutcome.Passed, StepOutcome.Planned], plan.Values.Cast<StepRecord>().Select(step => step.Outcome));
        Assert.Equal(0, await WritesAsync("nova"));
        Assert.Empty(Run("Get-OpsRun").Values);

        var done = Shell.Run("param($f, $n) $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' } -Confirm:$false", file, One);
        Assert.Empty(done.Errors);
        Assert.Equal([StepOutcome.Passed, StepOutcome.Done], done.Values.Cast<StepRecord>().Select(step => step.Outcome));
        var run = Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values));
        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(2, Run("Get-OpsRun | Get-OpsStep").Values.Length);
        Assert.Equal(2, Run("Get-OpsRun | Get-OpsStep hv*").Values.Length);
        Assert.Empty(Run("Get-OpsRun | Get-OpsStep hv77.lab.example").Output);
        Assert.Equal("openstack.compute-service.disable", Assert.IsType<StepRecord>(Assert.Single(Run($"Get-OpsStep {run.RunId[^4..]} -Outcome Done").Values)).Step);

        var report = Path.Combine(_folder.FullName, "report.json");
        Assert.Empty(Shell.Run("param($f) Get-OpsRun | Export-OpsReport $f", report).Errors);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(report));
        using (var json = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken)))
        {
            Assert.Equal("Succeeded", json.RootElement.GetProperty("run").GetProperty("state").GetString());
            Assert.Equal("Succeeded", json.RootElement.GetProperty("run").GetProperty("targets")[0].GetProperty("state").GetString());
            Assert.Equal(("Check", "Passed"), (json.RootElement.GetProperty("steps")[0].GetProperty("kind").GetString(), json.RootElement.GetProperty("steps")[0].GetProperty("outcome").GetString()));
        }

        Assert.Contains(Run("Get-OpsRun | Undo-OpsRun -WhatIf").Values.Cast<StepRecord>(), step => step is { Outcome: StepOutcome.Planned, After: "enabled" });
        Assert.Equal(RunState.Succeeded, Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values)).State);
        Assert.Equal(1, await WritesAsync("nova"));
        Assert.Equal(StepOutcome.Undone, Assert.IsType<StepRecord>(Assert.Single(Run("Get-OpsRun | Undo-OpsRun -Confirm:$false").Values)).Outcome);
        Assert.Equal(RunState.Undone, Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values)).State);
        Assert.Equal(2, await WritesAsync("nova"));
    }

    [Fact]
    public void A_parameter_that_is_missing_or_unknown_ends_it_before_anything_happens()
    {
        var file = Write("take-out.yaml", TakeOut);
        Assert.Contains("'why' has no default", Error("$n | Invoke-Runbook -Path $f -Confirm:$false").Message, StringComparison.Ordinal);
        Assert.Contains("no parameter 'times'", Error("$n | Invoke-Runbook -Path $f -Parameter @{ why = 'work'; times = 3 } -Confirm:$false").Message, StringComparison.Ordinal);
        Assert.Empty(Run("Get-OpsRun").Values);

        Exception Error(string script) => Assert.Single(Shell.Run($"param($f, $n) try {{ {script} }} catch {{ Write-Error $_ }}", file, One).Errors).Exception;
    }

    [Theory]
    [InlineData("1821")]
    [InlineData("1e45")]
    [InlineData("0042")]
    [InlineData("9e99")]
    public void A_part_of_an_identifier_may_look_like_a_number(string part)
        => Assert.Contains($"'{part}'", Assert.Single(Run($"Get-OpsStep {part}").Errors).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Processes_and_runs_do_not_mix()
    {
        Assert.Contains("is no run", Assert.Single(Run("Get-Process -Id $PID | Stop-OpsRun").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("ObjectNotFound,", Assert.Single(Run("Resume-OpsRun zzzz").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEmpty(Run("Get-Process -Id $PID | Invoke-Runbook hypervisor/noops").Errors);
    }

    [Fact]
    public void A_failed_run_goes_on_where_it_stopped_when_it_is_resumed()
    {
        var file = Write("take-out.yaml", TakeOut);
        Run("Enable-OpsKillSwitch 'storage incident'");
        Assert.True(Assert.IsType<OpsKillSwitch>(Assert.Single(Run("Get-OpsKillSwitch").Values)).IsSet);
        var refused = Assert.Single(Shell.Run("param($f, $n) try { $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' } -Confirm:$false } catch { Write-Error $_ }", file, One).Errors);
        Assert.Contains("storage incident", refused.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("It stays so", Assert.Single(Run("Enable-OpsKillSwitch 'another'").Warnings).Message, StringComparison.Ordinal);
        Assert.False(Assert.IsType<OpsKillSwitch>(Assert.Single(Run("Disable-OpsKillSwitch -PassThru").Values)).IsSet);

        // A device that is not active does not pass the check.
        Run("Set-InventoryDevice hv04.lab.example -Status failed -Confirm:$false");
        var failed = Shell.Run("param($f, $n) $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' } -Confirm:$false", file, "hv04.lab.example");
        Assert.Single(failed.Errors);
        var run = Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun -State Failed -Target hv04*").Values));
        Assert.Single(Run($"Resume-OpsRun {run.RunId} -Confirm:$false").Errors);
        Assert.Single(Assert.IsType<StepRecord>(Assert.Single(Run($"Get-OpsStep {run.RunId}").Values)).EarlierAttempts);
        Assert.Equal([StepOutcome.Failed, StepOutcome.Failed], Run($"Get-OpsStep {run.RunId} -Detailed").Values.Cast<StepRecord>().Select(step => step.Outcome));
        Assert.Contains("there is nothing to stop", Assert.Single(Run($"Stop-OpsRun {run.RunId}").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Contains("has no step 'nosuch'", Assert.Single(Run($"Resolve-OpsStep {run.RunId} {One} nosuch -As Happened -Reason seen -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Contains("nothing to decide", Assert.Single(Run($"Get-OpsStep {run.RunId} | Resolve-OpsStep -As Happened -Reason seen -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_downstream_that_has_enough_leaves_the_run_to_be_resumed_and_the_host_is_told()
    {
        var host = new AnsweringHost(0);
        using var shell = new Shell(host);
        var file = Write("take-out.yaml", TakeOut);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        var first = Assert.IsType<StepRecord>(Assert.Single(shell.Run("param($f, $n) $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' } -ThrottleLimit 1 -Confirm:$false | Select-Object -First 1", file, new[] { One, Two }).Values));
        var run = Assert.IsType<OpsRun>(Assert.Single(shell.Run("Get-OpsRun").Values));
        Assert.Equal(first.RunId, run.RunId);
        // It may have ended before it was told to.
        if (run.State != RunState.Interrupted)
            return;
        Assert.Contains($"Resume-OpsRun {run.RunId}", Assert.Single(host.Warnings), StringComparison.Ordinal);
        Assert.Empty(shell.Run("Get-OpsRun -State Interrupted | Resume-OpsRun -Confirm:$false").Errors);
        Assert.Equal(RunState.Succeeded, Assert.IsType<OpsRun>(Assert.Single(shell.Run("Get-OpsRun").Values)).State);
    }

    [Fact]
    public void The_one_question_for_a_plan_names_environment_targets_and_effects()
    {
        var host = new AnsweringHost(2);
        using var shell = new Shell(host);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        Assert.Empty(shell.Run("param($f, $n) $ConfirmPreference = 'Medium'; $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' }", Write("take-out.yaml", TakeOut), new[] { One, Two }).Values);
        var question = Assert.Single(host.Questions);
        Assert.Equal(["", "site/take-out on 2 targets in [lab]:", "  site/take-out: 2 × openstack.compute-service.disable", $"  {One}, {Two}: 1 change each"], question.Split('\n'));
        Assert.Empty(shell.Run("Get-OpsRun").Values);
    }

    [Fact]
    public void The_question_of_a_resume_names_where_each_target_is_and_not_what_it_waits_for_at_length()
    {
        var host = new AnsweringHost(2);
        using var shell = new Shell(host);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        shell.Run("param($n) $n | Invoke-MigrationStep -Step Setup, PreDrain, Drain -Confirm:$false", (object)new[] { One, Two });
        var run = Assert.IsType<OpsRun>(Assert.Single(shell.Run("Get-OpsRun -State Waiting").Values));
        Assert.Empty(shell.Run("$ConfirmPreference = 'Low'; Get-OpsRun | Resume-OpsRun").Values);
        Assert.Equal(
            ["", $"Resume Setup, PreDrain, Drain on 2 targets in [lab], run {run.RunId}:", "  Drain: 2 × ticket.drained, ticket.log, ticket.comment", $"  {One}, {Two}: Waiting at Drain openstack.hypervisor.drained; 3 changes each, may wait at Drain openstack.hypervisor.drained"],
            Assert.Single(host.Questions).Split('\n'));
    }

    [Fact]
    public void Several_runs_are_reported_into_a_folder_and_never_over_each_other()
    {
        foreach (var name in (string[])[One, Two])
            Shell.Run("param($n) $n | Invoke-Runbook hypervisor/noops -Confirm:$false", name);
        Assert.Equal(2, Shell.Run("param($f) Get-OpsRun | Export-OpsReport $f -PassThru", _folder.FullName).Values.Length);
        Assert.Equal(2, _folder.GetFiles("*.html").Length);
        var error = Assert.Single(Shell.Run("param($f) Get-OpsRun | Export-OpsReport $f", Path.Combine(_folder.FullName, "one.md")).Errors);
        Assert.Contains("Give a folder", error.Exception.Message, StringComparison.Ordinal);
        var nowhere = Path.Combine(_folder.FullName, "nowhere", "one.md");
        var missing = Assert.Single(Shell.Run("param($f) Get-OpsRun | Select-Object -First 1 | Export-OpsReport $f", nowhere).Errors);
        Assert.Equal($"{nowhere} cannot be written: there is no folder {Path.GetDirectoryName(nowhere)}. Make it first, or give another path.", missing.Exception.Message);
        Assert.StartsWith("PathNotFound,", missing.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("NoClobber", Assert.Single(Shell.Run("param($f) Get-OpsRun | Select-Object -First 1 | Export-OpsReport $f -NoClobber", Path.Combine(_folder.FullName, "one.md")).Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_takes_run_and_path_in_either_order_a_pattern_of_runs_and_a_folder_that_is_to_be_made()
    {
        foreach (var name in (string[])[One, Two])
            Shell.Run("param($n) $n | Invoke-Runbook hypervisor/noops -Confirm:$false", name);
        var file = Path.Combine(_folder.FullName, "one.html");
        Assert.Empty(Shell.Run("param($f) Export-OpsReport (Get-OpsRun)[0].RunId $f", file).Errors);
        Assert.True(File.Exists(file));
        var folder = Path.Combine(_folder.FullName, "new") + "/";
        Assert.Empty(Shell.Run("param($f) Export-OpsReport 2* $f -WhatIf", folder).Errors);
        Assert.False(Directory.Exists(folder));
        Assert.Empty(Shell.Run("param($f) Export-OpsReport 2* $f", folder).Errors);
        Assert.Equal(2, Directory.GetFiles(folder, "*.html").Length);
        // Of many runs and one file, one error.
        Shell.Run("param($n) $n | Invoke-Runbook hypervisor/noops -Confirm:$false", One);
        Assert.Contains("./reports/", Assert.Single(Shell.Run("param($f) Get-OpsRun | Export-OpsReport $f", file).Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_steps_targets_and_runbooks_complete()
    {
        Shell.Run("param($n) $n | Invoke-Runbook hypervisor/noops -Confirm:$false", One);
        var run = Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values));
        Assert.Equal([run.RunId], Complete("Get-OpsStep "));
        Assert.Contains("session.services", Complete($"Get-OpsStep {run.RunId} -Step s"));
        Assert.Contains(One, Complete($"Undo-OpsRun {run.RunId} -Target hv"));
        Assert.Contains("session.services", Complete($"Get-OpsStep {run.RunId[..^2]} -Step s"));
        Assert.Contains("hypervisor/setup", Complete("Invoke-Runbook hyp"));
        Assert.Contains("openstack.room", Complete($"Invoke-MigrationStep -HypervisorName {One} -Step PreDrain, Drain -StartAt o"));
        Assert.Equal(["session.services"], Complete("Invoke-Runbook hypervisor/noops -StartAt "));
        Assert.Contains("Failed", Complete("Get-OpsRun -State F"));
    }

    [Fact]
    public void A_run_that_changed_nothing_leaves_nothing_behind()
    {
        Assert.Empty(Run("Enter-OpsRun 'evening work'; Exit-OpsRun").Values);
        Assert.NotEmpty(Run("Enter-OpsRun 'a/b'").Errors);
        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public async Task The_session_s_own_run_is_taken_back_from_the_same_session()
    {
        Run($"Enter-OpsRun 'rack 12'; Disable-ComputeService {One} -Reason work -Confirm:$false");
        var own = Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values));
        Assert.Equal(RunState.Open, own.State);
        Run($"Undo-OpsRun {own.RunId} -Target {One} -WhatIf");
        Assert.Equal(RunState.Open, Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values)).State);

        var undone = Run($"Undo-OpsRun {own.RunId} -Target {One} -Confirm:$false");
        Assert.Empty(undone.Errors);
        Assert.Equal(StepOutcome.Undone, Assert.IsType<StepRecord>(Assert.Single(undone.Values)).Outcome);
        Assert.False((bool)(await HypervisorAsync(One))["serviceDisabled"]!);

        Run($"Disable-ComputeService {Two} -Reason work -Confirm:$false");
        var next = Run("Get-OpsRun").Values.Cast<OpsRun>().Single(run => run.RunId != own.RunId);
        Assert.Equal("rack 12", next.Name);
        Assert.Empty(Run($"Stop-OpsRun {next.RunId} -Wait -Confirm:$false").Errors);
        Assert.Equal(RunState.Succeeded, Run("Get-OpsRun").Values.Cast<OpsRun>().Single(run => run.RunId == next.RunId).State);
    }

    [Fact]
    public void What_a_session_changes_is_told_apart_from_runs_that_go_on_and_ends_with_it()
    {
        Shell.Run("param($n) $n | Invoke-Runbook hypervisor/noops -Confirm:$false", One);
        Run($"Disable-ComputeService {One} -Reason work -Confirm:$false");

        Assert.Equal([(RunKind.Script, RunState.Open), (RunKind.Runbook, RunState.Succeeded)], Run("Get-OpsRun").Values.Cast<OpsRun>().Select(run => (run.Kind, run.State)));
        Assert.Equal(RunKind.Runbook, Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun -Kind Runbook").Values)).Kind);
        Assert.Contains("there is nothing to go on with", Assert.Single(Run("Get-OpsRun -Kind Script | Resume-OpsRun -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);

        using var other = new Shell();
        other.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        other.Run($"Disable-ComputeService {Two} -Reason work -Confirm:$false");
        Assert.Equal(2, Run("Get-OpsRun -State Open").Values.Length);
        other.Dispose();
        Assert.Single(Run("Get-OpsRun -State Open").Values);
        Shell.Run("Disconnect-PlatformOps");
        Shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        Assert.Equal([RunState.Succeeded, RunState.Succeeded], Run("Get-OpsRun -Kind Script").Values.Cast<OpsRun>().Select(run => run.State));
    }

    [Fact]
    public async Task A_script_s_run_has_failed_where_an_effect_is_in_doubt_and_is_resolved_from_the_same_session()
    {
        await FaultAsync("""{"service": "ssh", "effect": "ssh-drop", "count": 1, "call": "mkdir"}""");
        Assert.Single(Run($"Invoke-RemoteCommand {One} -Command mkdir, /srv/ops -UserName ops -Confirm:$false").Errors);
        Assert.Empty(Run("Get-OpsRun | Get-OpsStep -Open | Resolve-OpsStep -As NotHappened -Reason looked -Confirm:$false").Errors);

        await FaultAsync("""{"service": "ssh", "effect": "ssh-drop", "count": 1, "call": "mkdir"}""");
        Run($"Invoke-RemoteCommand {Two} -Command mkdir, /srv/ops -UserName ops -Confirm:$false");
        var ended = Assert.IsType<OpsRun>(Assert.Single(Run("Exit-OpsRun").Values));
        Assert.Equal((RunState.Failed, RunState.Failed), (ended.State, Assert.Single(ended.Targets).State));
    }

    [Fact]
    public void A_run_whose_journal_is_damaged_is_an_error_that_names_it_and_the_others_are_listed()
    {
        foreach (var name in (string[])[One, Two])
            Shell.Run("param($n) $n | Invoke-Runbook hypervisor/noops -Confirm:$false", name);
        var runs = Run("Get-OpsRun").Values.Cast<OpsRun>().ToList();
        var journal = Path.Combine(runs[1].Path, "journal");
        var content = File.ReadAllBytes(journal);
        content[content.Length / 4] ^= 1;
        File.WriteAllBytes(journal, content);

        var listed = Run("Get-OpsRun");

        Assert.Equal(runs[0].RunId, Assert.IsType<OpsRun>(Assert.Single(listed.Values)).RunId);
        Assert.Contains(journal, Assert.Single(listed.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_taken_back_is_not_resumed()
    {
        Shell.Run("param($f, $n) $n | Invoke-Runbook -Path $f -Parameter @{ why = 'work' } -Confirm:$false", Write("take-out.yaml", TakeOut), One);
        Run("Get-OpsRun | Undo-OpsRun -Confirm:$false");
        Assert.Equal(RunState.Undone, Assert.Single(Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values)).Targets).State);

        var refused = Run("Get-OpsRun | Resume-OpsRun -Confirm:$false");

        Assert.Empty(refused.Values);
        Assert.Contains("Start a new run", Assert.Single(refused.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_policy_or_the_kill_switch_refuses_opens_no_run()
    {
        Assert.NotEmpty(Run("Disable-ComputeService hv01.elsewhere.example -Reason x -Confirm:$false").Errors);
        Run("Enable-OpsKillSwitch incident");
        Assert.Contains("incident", Assert.Single(Run($"Disable-ComputeService {One} -Reason x -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public void Another_state_folder_is_read_without_a_session()
    {
        using var alone = new Shell();
        Assert.Empty(alone.Run("param($f) Get-OpsRun -StateFolder $f", _folder.FullName).Errors);
        Assert.StartsWith("NoSession,", Assert.Single(alone.Run("Get-OpsRun").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Null(OpsRunspace.For(alone.Runspace).CurrentSession);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
