using PlatformOps.Migration;
using PlatformOps.Runs;
using PlatformOps.Tickets;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class TicketCommandTests : LabShell
{
    [Fact]
    public void A_ticket_is_found_by_key_by_hypervisor_and_by_query()
    {
        Assert.Equal((One, "MH-101"), Run("Import-MigrationList $l | Select-Object -First 1 | Get-Ticket").Values.Cast<Ticket>().Select(ticket => (ticket.HypervisorName, ticket.TicketId)).Single());
        Assert.Equal("MH-102", Run($"[pscustomobject]@{{ HypervisorName = '{Two}' }} | Get-Ticket").Values.Single().ToString());
        Assert.Equal("MH-101", Run($"Get-Ticket -Jql 'project = MH AND key = MH-101'").Values.Single().ToString());
        Assert.Equal(4, Run("Get-Ticket").Values.Length);
        Assert.StartsWith("ObjectNotFound,", Assert.Single(Run("Get-Ticket -HypervisorName hv0.lab.example").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Run("[pscustomobject]@{ x = 1 } | Get-Ticket").Values);
    }

    [Fact]
    public async Task Tickets_that_are_missing_are_made_in_one_call_and_the_others_pass_through()
    {
        var result = Run("Import-MigrationList $l | Select-Object -First 1; 'new1.lab.example', 'hv02.lab.example', 'new2.lab.example' | ForEach-Object { [pscustomobject]@{ HypervisorName = $_ } } | New-MigrationTicket -Confirm:$false");
        Assert.Empty(result.Errors);
        Assert.Equal([("hv01.lab.example", "MH-101"), ("new1.lab.example", "MH-105"), (Two, "MH-102"), ("new2.lab.example", "MH-106")], result.Values.Cast<MigrationTarget>().Select(target => (target.HypervisorName, target.TicketId)));
        Assert.Equal(1, await RequestsAsync("jira POST /issue/bulk"));
        var ticket = await TicketAsync("MH-105");
        Assert.Equal("ops-new1.lab.example", (string?)ticket["labels"]![0]);
        Assert.NotNull((string?)ticket["assignee"]);

        Run("'new1.lab.example' | New-MigrationTicket -Confirm:$false");
        Assert.Equal(2, await WritesAsync("jira"));
    }

    [Fact]
    public async Task A_target_with_a_key_asks_nobody()
    {
        Assert.Equal(4, Run("Import-MigrationList $l | New-MigrationTicket -Confirm:$false").Values.Length);
        Assert.Equal(0, await RequestsAsync("jira"));
    }

    [Fact]
    public async Task Keys_that_were_made_are_emitted_beside_the_error_of_each_that_was_not()
    {
        var result = Run("'new1.lab.example', 'new2.elsewhere.example' | New-MigrationTicket -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable e; $e | ForEach-Object { Write-Error -ErrorRecord $_ }");
        Assert.Equal("new1.lab.example", Assert.Single(result.Values).ToString());
        Assert.Equal("new2.elsewhere.example", Assert.Single(result.Errors).TargetObject);
        Assert.Equal(1, await WritesAsync("jira"));
    }

    [Fact]
    public async Task WhatIf_sends_no_write()
    {
        var values = Run("'new1.lab.example', 'hv02.lab.example' | New-MigrationTicket -WhatIf; New-Ticket other -WhatIf; Add-TicketComment MH-101 hello -WhatIf; Set-TicketStatus MH-101 Draining -WhatIf").Values;
        Assert.Equal(4, values.OfType<StepRecord>().Count(record => record.Outcome == StepOutcome.Planned));
        Assert.Equal("MH-102", Assert.Single(values.OfType<MigrationTarget>()).TicketId);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public void A_key_that_is_not_there_is_told_in_whole_sentences()
        => Assert.Matches(@"^Jira has no ticket MH-999 that we may see \(it says '[^']+[^.]'\)\. Correct the key,", Assert.Single(Run("Get-Ticket MH-999").Errors).Exception.Message);

    [Fact]
    public async Task A_ticket_of_that_title_is_taken_instead_of_a_second_one()
    {
        var made = Assert.IsType<Ticket>(Assert.Single(Run("New-Ticket 'Rack B07: replace the PDU' -Description 'Both feeds.' -Type Task -Label power -Assignee '@me' -Confirm:$false").Values));
        Assert.Equal(("Rack B07: replace the PDU", "Task"), (made.Summary, made.Type));
        Assert.Equal(["power"], made.Labels);
        Assert.NotNull(made.Assignee);
        Assert.Equal(made.TicketId, Run("New-Ticket 'Rack B07: replace the PDU' -Type Task -Confirm:$false").Values.Single().ToString());
        Assert.Equal(1, await WritesAsync("jira"));
    }

    [Fact]
    public async Task A_comment_is_written_once_and_shown()
    {
        var comments = Run("1..2 | ForEach-Object { Import-MigrationList $l | Select-Object -First 1 | Add-TicketComment -Text 'Waiting for the DIMM.' -Internal -PassThru -Confirm:$false }").Values.Cast<TicketComment>().ToList();
        Assert.Equal(2, comments.Count);
        Assert.Equal(comments[0], comments[1]);
        Assert.True(comments[0].IsInternal);
        Assert.Single((await TicketAsync("MH-101"))["comments"]!.AsArray());
        Assert.Matches(@"Comments *: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [^:]+:\s+Waiting for the DIMM\.", Assert.Single(Run("Get-Ticket MH-101 -IncludeComment | ForEach-Object { \"Comments : $([PlatformOps.PowerShell.Formatting.TicketView]::Comments($_))\" }").Values).ToString());
        Assert.Equal("Waiting for the DIMM.", Assert.Single(Assert.IsType<Ticket>(Assert.Single(Run("Get-Ticket MH-101 -IncludeComment").Values)).Comments!).Text.Trim());
    }

    [Fact]
    public async Task A_ticket_is_moved_once_and_the_error_lists_what_is_offered()
    {
        Assert.Equal("Draining", Assert.IsType<Ticket>(Assert.Single(Run("Set-TicketStatus MH-101 draining -PassThru -Confirm:$false").Values)).Status);
        Run("Set-TicketStatus MH-101 Draining -Confirm:$false");
        Assert.Equal(1, await WritesAsync("jira"));
        foreach (var script in new[] { "Set-TicketStatus MH-101 nonsense -Confirm:$false", "Set-TicketStatus MH-101 nonsense -WhatIf" })
            Assert.Contains("'Draining finished' (to Drained)", Assert.Single(Run(script).Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-Process -Id $PID | Set-TicketStatus -Status Draining -Confirm:$false")]
    [InlineData("Get-Process -Id $PID | Add-TicketComment -Text x -Confirm:$false")]
    [InlineData("Get-Process -Id $PID | New-MigrationTicket -Confirm:$false")]
    [InlineData("'hv*' | New-MigrationTicket -Confirm:$false")]
    [InlineData("'MH-*' | Set-TicketStatus -Status Draining -Confirm:$false")]
    [InlineData("[pscustomobject]@{ HypervisorName = 'hv01.lab.example' } | Set-TicketStatus -Status Draining -Confirm:$false")]
    public async Task What_is_no_ticket_does_not_bind(string script)
    {
        Assert.StartsWith("ParameterArgumentTransformationError,", Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await RequestsAsync("jira"));
    }

    [Fact]
    public async Task Statuses_complete_from_what_the_ticket_offers()
    {
        Assert.Equal(["'Ready For Reinstall'", "'Ready For Adoption'", "'Ready For Test'"], Complete("Set-TicketStatus MH-101 -Status Ready"));
        Assert.Equal(1, await RequestsAsync("jira GET /issue/{key}/transitions"));
    }
}
