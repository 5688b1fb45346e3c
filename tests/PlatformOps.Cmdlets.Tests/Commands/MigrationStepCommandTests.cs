using PlatformOps.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class MigrationStepCommandTests : LabShell
{
    [Theory]
    [InlineData("PreDrain, Setup", "not in the order of the migration")]
    [InlineData("Setup, PreDrain, setup", "given more than once")]
    public async Task Phases_that_nobody_means_are_refused_with_those_that_are_meant(string steps, string why)
    {
        foreach (var how in (string[])["-Confirm:$false", "-WhatIf"])
        {
            var error = Assert.Single(Run($"try {{ '{One}' | Invoke-MigrationStep -Step {steps} {how} }} catch {{ Write-Error $_ }}").Errors);
            Assert.Contains(why, error.Exception.Message, StringComparison.Ordinal);
            Assert.Contains("Setup, PreDrain.", error.Exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Run("Get-OpsRun").Values);
        Assert.Equal(0, await WritesAsync("nova"));
    }

    [Fact]
    public void Where_no_phase_begins_so_hypervisors_complete()
    {
        Assert.Equal(["PreDrain", "PreReinstall"], Complete("Invoke-MigrationStep Pre"));
        Assert.Equal(4, Complete("Invoke-MigrationStep hv0").Length);
    }

    [Fact]
    public async Task What_a_ticket_could_not_be_told_is_told_by_resuming_the_run_that_is_done()
    {
        await FaultAsync("""{"service":"jira","call":"*","effect":"status:503","count":12}""");
        Run($"Invoke-MigrationStep {One} -Step Setup -TicketId MH-101 -Confirm:$false");
        Assert.Empty((await TicketAsync("MH-101"))["comments"]!.AsArray());
        Assert.Contains("tells the ticket what it could not be told", (string)Assert.Single(Run("(Get-OpsRun).Targets[0].Message").Values)!, StringComparison.Ordinal);

        Assert.Empty(Run("Get-OpsRun | Resume-OpsRun").Errors);
        Assert.Empty(Run("Get-OpsRun | Resume-OpsRun").Values);

        Assert.Single((await TicketAsync("MH-101"))["comments"]!.AsArray());
    }

    [Fact]
    public void The_log_is_called_by_list_and_time_in_a_folder_that_is_made_with_a_name_for_each_host_and_service()
    {
        var folder = Directory.CreateTempSubdirectory("ops-logs-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "hypervisors.txt"), $"{One} MH-101\n{Two} MH-102\n");

            var result = Run($"param($p) Disconnect-PlatformOps; Connect-PlatformOps $p -Set @{{ 'migration.log-folder' = 'logs' }}; Set-Location '{folder.FullName}'; Import-MigrationList ./hypervisors.txt | Invoke-MigrationStep -Step Setup -Confirm:$false");

            Assert.Empty(result.Errors);
            var log = Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "logs")));
            Assert.Matches(@"^hypervisors\.txt\.20\d\d_\d\d_\d\d_\d\d_\d\d$", Path.GetFileName(log));
            var lines = File.ReadAllLines(log);
            Assert.Contains(lines, line => line.Contains($"Z {One} host.root-access: ", StringComparison.Ordinal));
            Assert.Contains(lines, line => line.Contains($"Z {Two} host.root-access: ", StringComparison.Ordinal));
            Assert.Contains(lines, line => line.Contains($"Z {Two} jira: ", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_window_that_is_over_is_refused_before_anything_happens()
    {
        foreach (var how in (string[])["-Confirm:$false", "-WhatIf"])
        {
            var over = "[PlatformOps.Migration.MaintenanceWindow]@{ Start = [DateTimeOffset]::UtcNow.AddDays(-2); End = [DateTimeOffset]::UtcNow.AddMinutes(-1) }";
            Assert.Contains("is over", Assert.Single(Run($"try {{ '{One}' | Invoke-MigrationStep -Step Setup -Window ({over}) {how} }} catch {{ Write-Error $_ }}").Errors).Exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public async Task A_bare_name_gets_the_one_open_ticket_of_its_title_and_tells_it()
    {
        foreach (var how in (string[])["-WhatIf", "-Confirm:$false"])
        {
            var result = Run($"'{One}' | Invoke-MigrationStep -Step Setup {how}");
            Assert.Empty(result.Warnings);
            Assert.All(result.Values.Cast<StepRecord>(), step => Assert.Equal("MH-101", step.TicketId));
        }

        Assert.Equal("MH-101", Assert.Single(Assert.IsType<OpsRun>(Assert.Single(Run("Get-OpsRun").Values)).Targets).TicketId);
        Assert.NotEmpty((await TicketAsync("MH-101"))["comments"]!.AsArray());
    }

    [Fact]
    public void A_key_of_a_list_that_is_wrong_is_told_with_its_line()
    {
        var list = Path.GetTempFileName();
        try
        {
            File.WriteAllText(list, $"# first\n{One} MH-999\n{Two} MH-101\n");
            var errors = Shell.Run("param($p) Import-MigrationList $p | Invoke-MigrationStep -Step Setup -Confirm:$false", list).Errors.Select(error => error.Exception.Message).Order().ToList();
            Assert.Contains($"{Path.GetFileName(list)}:2: Jira has no ticket MH-999", errors[0], StringComparison.Ordinal);
            Assert.Contains($"{Path.GetFileName(list)}:3: MH-101 is '{One}', which does not name {Two}", errors[1], StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(list);
        }
    }

    [Fact]
    public void Who_has_no_ticket_or_several_is_named_once_with_what_to_do()
    {
        Run($"'MH-101', 'MH-102', 'MH-103' | Set-TicketStatus -Status Done -Confirm:$false; New-Ticket {Two} -Confirm:$false; Set-TicketStatus MH-102 Draining -Confirm:$false");
        var result = Run($"'{One}', '{Two}', 'hv03.lab.example', 'hv04.lab.example' | Invoke-MigrationStep -Step Setup -WhatIf");
        Assert.Equal(
            $"No ticket will be told of {One}, hv03.lab.example (no open HyperVisor ticket of MH has that title); {Two} (MH-102 and MH-105 are open and have that title). "
            + "To have it told, give the ticket: in the list, with -TicketId, or from New-MigrationTicket.",
            Assert.Single(result.Warnings).Message);
        Assert.Equal("MH-104", Assert.Single(result.Values.Cast<StepRecord>().Select(step => step.TicketId).OfType<string>().Distinct()));
    }

    [Fact]
    public async Task A_ticket_service_that_is_away_is_asked_for_one_and_stops_nobody()
    {
        await FaultAsync("""{"service": "jira", "effect": "status:403", "count": 100}""");
        var result = Run($"'{One}', '{Two}' | Invoke-MigrationStep -Step Setup -WhatIf");
        Assert.Contains($"No ticket will be told of {One}, {Two} (Jira could not be asked: ", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
        Assert.Contains(result.Values.Cast<StepRecord>(), step => step.Outcome == StepOutcome.Planned);
    }

    [Theory]
    // By our claim, which is in force after PreDrain.
    [InlineData("Drain", null)]
    // By the dossier, where nothing is claimed any more; in service, so Finish is well of it.
    [InlineData("Finish", "enabled")]
    public async Task A_ticket_service_that_is_away_at_the_start_does_not_make_a_migration_ticketless(string phase, string? state)
    {
        await DrainAsync(One);
        if (state is not null)
            Assert.Empty(Run($"Enable-ComputeService {One} -Confirm:$false").Errors);
        var comments = (await TicketAsync("MH-101"))["comments"]!.AsArray().Count;
        await FaultAsync("""{"service": "jira", "effect": "status:503", "count": 4}""");

        var result = Run($"Invoke-MigrationStep {One} -Step {phase} -Confirm:$false");

        Assert.Contains(result.Warnings, warning => warning.Message.EndsWith($"the tickets that our claims and dossiers name are taken, and told once they are seen to be open: {One} (MH-101).", StringComparison.Ordinal));
        Assert.All(result.Values.Cast<StepRecord>(), step => Assert.Equal("MH-101", step.TicketId));
        Assert.Equal(comments + 1, (await TicketAsync("MH-101"))["comments"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_closed_ticket_is_not_taken_because_Jira_was_away_at_the_start()
    {
        await DrainAsync(One);
        Assert.Empty(Run("Set-TicketStatus MH-101 -Status Done -Confirm:$false").Errors);
        var comments = (await TicketAsync("MH-101"))["comments"]!.AsArray().Count;
        await FaultAsync("""{"service": "jira", "effect": "status:503", "count": 4}""");

        var result = Run($"Invoke-MigrationStep {One} -Step Drain -Confirm:$false");

        Assert.Contains("MH-101 is closed (Done)", Assert.Single(result.Errors).Exception.Message, StringComparison.Ordinal);
        var ticket = await TicketAsync("MH-101");
        Assert.Equal(("Done", comments), ((string?)ticket["status"], ticket["comments"]!.AsArray().Count));
    }

    [Fact]
    public async Task Neither_anothers_claim_nor_a_former_migrations_dossier_names_the_ticket()
    {
        await DrainAsync(One);
        await SetHostAsync(One, """{"disabledReason": "RL9 [ops:20260101-000000-beef carol MH-102]"}""");
        await FaultAsync("""{"service": "jira", "effect": "status:403", "count": 100}""");

        var result = Run($"Invoke-MigrationStep {One} -Step Setup, PreDrain -WhatIf");

        Assert.Contains($"No ticket will be told of {One}", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
        Assert.All(result.Values.Cast<StepRecord>(), step => Assert.Null(step.TicketId));
    }

    [Fact]
    public void Where_nobody_can_be_asked_it_is_told_what_to_do_first_and_then_the_plan_in_a_few_lines()
    {
        var names = string.Join(", ", Enumerable.Range(1, 4).Select(number => $"'hv0{number}.lab.example'"));
        var error = Assert.Single(Run($"$ConfirmPreference = 'Low'; try {{ {names} | Invoke-MigrationStep -Step Setup, PreDrain }} catch {{ Write-Error $_ }}").Errors);
        var lines = error.Exception.Message.Split('\n');
        Assert.Equal("Nothing was done: this plan needs a confirmation, and nobody can be asked here (the host is not interactive). Look at it with -WhatIf, then run it with -Confirm:$false.", lines[0]);
        Assert.Equal("Setup, PreDrain on 4 targets in [lab]:", lines[1]);
        Assert.Matches("^  Setup: .*4 × .*ticket.log, ticket.comment$", lines[2]);
        Assert.Matches(@"^  PreDrain: 4 × hypervisor\.dossier; 2 × openstack\.compute-service\.disable, ", lines[3]);
        Assert.Matches(@"^  hv01\.lab\.example, hv02\.lab\.example: \d+ changes each$", lines[4]);
        // Each was the other host of its zone, and that is to go.
        Assert.Matches(@"^  hv03\.lab\.example, hv04\.lab\.example: \d+ changes each, would stop at PreDrain openstack\.room$", lines[5]);
        Assert.Equal(6, lines.Length);
        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public void Status_comes_in_the_order_that_was_asked_for()
    {
        string[] asked = ["hv03.lab.example", One, "hv04.lab.example", Two];
        for (var i = 0; i < 3; i++)
            Assert.Equal(asked, Shell.Run("param($n) $n | Get-MigrationStatus", new object[] { asked }).Values.Cast<MigrationStatus>().Select(status => status.HypervisorName));
    }

    [Fact]
    public void Phases_run_in_the_order_of_the_migration_whatever_their_case()
        => Assert.Equal(["Noops", "Setup"], Run($"'{One}' | Invoke-MigrationStep -Step noops, setup -Confirm:$false").Values.Cast<StepRecord>().Select(step => step.Phase).Distinct());
}
