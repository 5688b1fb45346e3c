using PlatformOps.Compute;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class ComputeCommandTests : LabShell
{
    [Fact]
    public async Task Another_reason_for_what_is_ours_already_is_written()
    {
        Run($"Disable-ComputeService {One} -Reason 'RL9 reinstall' -TicketId MH-101 -Confirm:$false");
        Assert.Empty(Run($"Disable-ComputeService {One} -Reason 'RL9 reinstall' -Confirm:$false").Errors);
        Assert.Equal(1, await WritesAsync("nova"));

        var service = Assert.IsType<ComputeService>(Assert.Single(Run($"Disable-ComputeService {One} -Reason 'broken DIMM' -PassThru -Confirm:$false").Values));

        Assert.StartsWith("broken DIMM [ops:", service.DisabledReason, StringComparison.Ordinal);
        Assert.EndsWith(" MH-101]", service.DisabledReason, StringComparison.Ordinal);
        Assert.Equal(2, await WritesAsync("nova"));
    }

    [Fact]
    public async Task However_many_names_come_nova_is_asked_for_one_list()
    {
        var all = Run("Import-MigrationList $l | Get-Hypervisor").Values.Cast<Hypervisor>().ToList();
        Assert.Equal(4, all.Count);
        Assert.All(all, hypervisor => Assert.Equal(HypervisorState.Running, hypervisor.State));
        var many = await RequestsAsync("nova");
        Run("Get-Hypervisor hv01*");
        Assert.Equal(2 * many - 1, await RequestsAsync("nova"));
    }

    [Fact]
    public void Wildcards_and_states_choose_and_exact_names_must_be_there()
    {
        Assert.Equal([One, Two], Run("(Get-Hypervisor hv0[12]*).HypervisorName").Values);
        Assert.Empty(Run("Get-Hypervisor -State Down").Values);
        Assert.Empty(Run("Get-Hypervisor zz*").Errors);
        var result = Run($"Get-ComputeService hv9.lab.example, {One}");
        Assert.Equal(One, Assert.Single(result.Values).ToString());
        Assert.StartsWith("ObjectNotFound,", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_emits_the_difference_and_sends_no_write()
    {
        var record = Assert.IsType<StepRecord>(Assert.Single(Run($"Disable-ComputeService {One} -Reason 'RL9 reinstall' -PassThru -WhatIf").Values));
        Assert.Equal(StepOutcome.Planned, record.Outcome);
        Assert.Equal("enabled", record.Before);
        Assert.StartsWith("disabled (\"RL9 reinstall [ops:", record.After, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public async Task A_service_is_disabled_once_with_reason_and_claim_and_pipes_on_with_its_ticket()
    {
        var service = Assert.IsType<ComputeService>(Assert.Single(Run("Import-MigrationList $l | Select-Object -First 1 | Disable-ComputeService -Reason 'RL9 reinstall' -PassThru -Confirm:$false").Values));
        Assert.Equal((One, "disabled", "MH-101", true, Environment.UserName), (service.HypervisorName, service.Status, service.TicketId, service.IsOurs, service.Owner));
        Assert.StartsWith("RL9 reinstall [ops:", (string?)(await HypervisorAsync(One))["disabledReason"], StringComparison.Ordinal);

        Assert.Single(Run("Get-ComputeService -Mine | Disable-ComputeService -Reason 'RL9 reinstall' -PassThru -Confirm:$false").Values);
        Assert.Equal(1, await WritesAsync("nova"));

        Assert.Equal("enabled", Assert.IsType<ComputeService>(Assert.Single(Run("Get-ComputeService -Mine | Enable-ComputeService -PassThru -Confirm:$false").Values)).Status);
        Assert.False((bool)(await HypervisorAsync(One))["serviceDisabled"]!);
    }

    [Fact]
    public async Task A_take_over_that_takes_nothing_over_is_told()
    {
        var result = Run($"Disable-ComputeService {One} -Reason 'memory errors' -TakeOver -Confirm:$false");
        Assert.Contains("-TakeOver took nothing over", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
        Assert.Contains(Run($"Invoke-MigrationStep {Two} -TicketId MH-102 -Step Setup -TakeOver -Reason 'bob agreed' -Confirm:$false").Warnings, warning => warning.Message.Contains("-TakeOver took nothing over", StringComparison.Ordinal));

        using var nova = await NovaAsync();
        await nova.DisableAsync(Two, "broken fan, ask bob");
        Assert.Empty(Run($"Disable-ComputeService {Two} -Reason 'bob agreed' -TakeOver -Confirm:$false").Warnings);
    }

    [Fact]
    public async Task Enabling_what_a_migration_holds_is_asked_for_and_names_ticket_and_phase()
    {
        Run($"Invoke-MigrationStep {One} -TicketId MH-101 -Step PreDrain -Confirm:$false");
        Run($"Disable-ComputeService {Two} -Reason 'firmware' -TicketId MH-102 -Confirm:$false");
        var host = new AnsweringHost(2);
        using var shell = new Shell(host);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        var plan = Assert.Single(shell.Run($"Enable-ComputeService {One} -WhatIf").Values.OfType<StepRecord>());
        Assert.StartsWith("IN MIGRATION for MH-101 (PreDrain is done, run ", plan.Caution, StringComparison.Ordinal);

        Assert.Empty(shell.Run("Get-ComputeService -Mine | Enable-ComputeService").Errors);

        // What a single cmdlet took is given back without a question.
        var question = Assert.Single(host.Questions);
        Assert.Contains(One, question, StringComparison.Ordinal);
        Assert.Contains("IN MIGRATION for MH-101 (PreDrain is done", question, StringComparison.Ordinal);
        Assert.True((bool)(await HypervisorAsync(One))["serviceDisabled"]!);
        Assert.False((bool)(await HypervisorAsync(Two))["serviceDisabled"]!);

        Assert.Empty(Run($"Enable-ComputeService {One} -Confirm:$false").Errors);
        Assert.False((bool)(await HypervisorAsync(One))["serviceDisabled"]!);
    }

    [Theory]
    [InlineData("'hv*' | Disable-ComputeService -Reason x -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Disable-ComputeService -Reason x -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Enable-ComputeService -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Disable-ComputeService hv0.lab.example -Reason x -Confirm:$false", "ObjectNotFound,")]
    [InlineData("Disable-ComputeService hv01.elsewhere.example -Reason x -Confirm:$false", "Refused,")]
    [InlineData("Enable-ComputeService hv01.lab.example -TakeOver", "Refused,")]
    public async Task What_is_not_meant_changes_nothing(string script, string error)
    {
        Assert.StartsWith(error, Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task An_empty_pipeline_changes_nothing()
    {
        var result = Run("@() | Disable-ComputeService -Reason x -Confirm:$false; Get-ComputeService -Mine | Enable-ComputeService -Confirm:$false");
        Assert.Empty(result.Errors);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public void The_error_of_a_name_that_is_not_there_lists_what_is_like_it()
        => Assert.Contains("(4 services match 'hv0*': hv01.lab.example, hv02.lab.example", Assert.Single(Run("Disable-ComputeService hv0.lab.example -Reason x -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public async Task Objects_are_counted_against_MaxTargets_as_they_come()
    {
        var result = Run("Import-MigrationList $l | Disable-ComputeService -Reason x -MaxTargets 1 -Confirm:$false");
        Assert.Equal(3, result.Errors.Length);
        Assert.All(result.Errors, error => Assert.Contains("one call may change 1 (-MaxTargets)", error.Exception.Message, StringComparison.Ordinal));
        Assert.Equal(1, await WritesAsync("nova"));
    }

    [Fact]
    public async Task What_a_person_disabled_is_left_alone_unless_it_is_taken_over()
    {
        using var nova = await NovaAsync();
        await nova.DisableAsync(One, "broken fan, ask bob");
        var writes = await WritesAsync("nova");

        Assert.Equal("(a person)", Run($"[PlatformOps.PowerShell.Formatting.HypervisorView]::Owner((Get-ComputeService {One}))").Values[0]);
        foreach (var script in new[] { $"Disable-ComputeService {One} -Reason x -Confirm:$false", $"Enable-ComputeService {One} -Confirm:$false" })
            Assert.Contains("broken fan, ask bob", Assert.Single(Run(script).Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(writes, await WritesAsync("nova"));

        Assert.Empty(Run($"Disable-ComputeService {One} -Reason 'bob agreed' -TakeOver -Confirm:$false").Errors);
        Assert.StartsWith("bob agreed [ops:", (string?)(await HypervisorAsync(One))["disabledReason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taking_over_what_a_person_disabled_asks_and_names_it_and_taking_over_a_claim_does_not()
    {
        using var nova = await NovaAsync();
        await nova.DisableAsync(One, "broken fan, ask bob");
        var writes = await WritesAsync("nova");
        var host = new AnsweringHost(2);
        using var shell = new Shell(host);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        foreach (var script in new[] { $"Disable-ComputeService {One} -Reason 'bob agreed' -TakeOver", $"Enable-ComputeService {One} -Reason 'bob agreed' -TakeOver", $"Invoke-MigrationStep {One} -Step PreDrain -TakeOver -Reason 'bob agreed'" })
        {
            var told = $"TAKES OVER WHAT A PERSON DISABLED (\"broken fan, ask bob\"): bob agreed";
            host.Questions.Clear();
            Assert.Empty(shell.Run(script).Values);
            var question = Assert.Single(host.Questions);
            Assert.Contains(One, question, StringComparison.Ordinal);
            Assert.Contains(told, question, StringComparison.Ordinal);

            // Nobody can be asked here.
            var refused = Assert.Single(Run($"try {{ {script} }} catch {{ Write-Error $_ }}").Errors);
            Assert.Contains("this needs a confirmation", refused.Exception.Message.Replace("this plan needs", "this needs", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains(told, refused.Exception.Message, StringComparison.Ordinal);
            Assert.Contains(Run($"{script} -WhatIf").Values.Cast<StepRecord>(), record => record.Message.EndsWith(told, StringComparison.Ordinal) && record.Caution == told);
        }

        Assert.Equal(writes, await WritesAsync("nova"));

        await nova.DisableAsync(One, "RL9 reinstall [ops:20261101-080000-abcd carol MH-101]");
        host.Questions.Clear();
        Assert.Empty(shell.Run($"Disable-ComputeService {One} -Reason 'carol is on leave' -TakeOver").Errors);
        Assert.Empty(host.Questions);
    }

    [Fact]
    public async Task A_run_that_takes_over_asks_when_it_is_resumed_after_a_person_disabled_its_hypervisor()
    {
        using var nova = await NovaAsync();
        Assert.Empty(Run($"Invoke-MigrationStep {One} -Step PreDrain, Drain -Confirm:$false").Errors);
        await nova.DisableAsync(One, "broken fan, ask bob");
        var host = new AnsweringHost(2);
        using var shell = new Shell(host);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);

        Assert.Empty(shell.Run("Get-OpsRun | Resume-OpsRun -TakeOver -Reason 'bob agreed'").Values);

        Assert.Contains($"{One}: TAKES OVER WHAT A PERSON DISABLED (\"broken fan, ask bob\"): bob agreed", Assert.Single(host.Questions), StringComparison.Ordinal);
        Assert.Equal("broken fan, ask bob", (string?)(await HypervisorAsync(One))["disabledReason"]);
        Run("Get-OpsRun | Resume-OpsRun -TakeOver -Reason 'bob agreed' -Confirm:$false");
        Assert.Contains("[ops:", (string?)(await HypervisorAsync(One))["disabledReason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taking_over_a_claim_tells_its_ticket()
    {
        using var nova = await NovaAsync();
        await nova.DisableAsync(One, "RL9 reinstall [ops:20261101-080000-abcd carol MH-101]");
        var refused = Assert.Single(Run($"Disable-ComputeService {One} -Reason x -Confirm:$false").Errors);
        Assert.Contains("claimed by carol for MH-101", refused.Exception.Message, StringComparison.Ordinal);

        Assert.Empty(Run($"Disable-ComputeService {One} -Reason 'carol is on leave' -TakeOver -TicketId MH-101 -Confirm:$false").Errors);
        Assert.Contains("carol had claimed", (string?)(await TicketAsync("MH-101"))["comments"]![0]!["body"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enabling_what_another_claimed_tells_both_tickets()
    {
        using var nova = await NovaAsync();
        await nova.DisableAsync(One, "RL9 reinstall [ops:20261101-080000-abcd carol MH-102]");
        Assert.Empty(Run($"Enable-ComputeService {One} -Reason 'carol is on leave' -TakeOver -TicketId MH-101 -Confirm:$false").Errors);
        foreach (var ticket in (string[])["MH-101", "MH-102"])
            Assert.Matches("carol had claimed for MH-102 .*: carol is on leave", (string?)(await TicketAsync(ticket))["comments"]![0]!["body"]);
    }

    [Fact]
    public async Task A_ticket_that_cannot_be_told_of_a_take_over_is_a_warning()
    {
        using var nova = await NovaAsync();
        await nova.DisableAsync(One, "RL9 reinstall [ops:20261101-080000-abcd carol NONE-1]");
        var result = Run($"Disable-ComputeService {One} -Reason 'carol is on leave' -TakeOver -Confirm:$false");
        Assert.Empty(result.Errors);
        Assert.Contains("NONE-1 could not be told", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_hypervisors_of_a_group_go_than_may_be_out_of_service()
    {
        Run("Connect-PlatformOps $p -Name strict -Set @{ 'targets.max-unavailable' = 1 }");
        // The lab's racks are its aggregates: the second host of one must stay.
        var result = Run("Import-MigrationList $l | Disable-ComputeService -Reason x -Confirm:$false");
        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error => Assert.Contains("would be out of service with this one, at most 1 may be", error.Exception.Message, StringComparison.Ordinal));
        Assert.Equal(4 - result.Errors.Length, await WritesAsync("nova"));
    }

    [Fact]
    public void Names_complete_from_the_lab() => Assert.Equal([One, Two, "hv03.lab.example", "hv04.lab.example"], Complete("Disable-ComputeService hv"));

    private async Task<RawNova> NovaAsync() => await RawNova.LoginAsync(ConfigurationPath, await ReadAsync("state"));
}
