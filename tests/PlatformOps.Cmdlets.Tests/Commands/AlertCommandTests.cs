using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class AlertCommandTests : LabShell
{
    private const string Three = "hv03.lab.example";

    private static readonly string Me = Claim.NameOf(Environment.UserName);

    [Fact]
    public async Task However_many_names_come_alertmanager_is_asked_for_one_list()
    {
        var alert = Assert.IsType<Alert>(Assert.Single(Run("Import-MigrationList $l | Get-Alert").Values));
        Assert.Equal(("FilesystemAlmostFull", Three, AlertState.Active, "warning"), (alert.AlertName, alert.HypervisorName, alert.State, alert.Severity));
        Assert.Equal(1, await RequestsAsync("alertmanager"));
        Run("Import-MigrationList $l | Get-AlertSilence");
        Assert.Equal(2, await RequestsAsync("alertmanager"));
    }

    [Fact]
    public void Alerts_are_chosen_by_machine_name_state_severity_and_label()
    {
        Assert.Equal(["FilesystemAlmostFull", "Watchdog"], Run("(Get-Alert).AlertName").Values.Order());
        foreach (var chosen in new[] { "hv0*", $"{Three}, {One}", "-AlertName File*", "-Severity warning, critical", "-Matcher 'job=\"node\"', 'mountpoint=~\"/.*\"'", "-State Active -AlertName F*" })
            Assert.Equal(["FilesystemAlmostFull"], Run($"(Get-Alert {chosen}).AlertName").Values);
        foreach (var none in new[] { One, "zz*", "-State Suppressed", "-Severity critical", "-AlertName zz*", "-Matcher 'job=\"x\"'" })
            Assert.Empty(Run($"Get-Alert {none}").Values);
    }

    [Theory]
    [InlineData("Get-Alert", "no alert")]
    [InlineData("Get-AlertSilence", "no silence")]
    public async Task A_name_that_nobody_knows_is_warned_of_and_a_quiet_machine_or_a_pattern_is_not(string cmdlet, string what)
    {
        Assert.Equal($"hv99.lab.example: openstack and netbox know no machine of that name, and {what} names it. Is the name right?", Assert.Single(Run($"{cmdlet} hv99.lab.example").Warnings).Message);
        Assert.Empty(Run($"{cmdlet} {One}, hv99*; {cmdlet} {Three} -State Pending 2>$null; {cmdlet}").Warnings);

        // Where no service lists machines, nobody is asked.
        var alone = Path.Combine(Path.GetDirectoryName(ConfigurationPath)!, "alone.yaml");
        File.Copy(ConfigurationPath, alone);
        await File.WriteAllTextAsync(alone, Regex.Replace(await File.ReadAllTextAsync(ConfigurationPath, TestContext.Current.CancellationToken), @"^(netbox|openstack):.*\n(?:(?:[ \t#].*)?\n)*", "", RegexOptions.Multiline), TestContext.Current.CancellationToken);
        var result = Shell.Run($"param($p) Connect-PlatformOps $p; {cmdlet} hv99.lab.example", alone);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task WhatIf_tells_the_difference_and_the_alerts_that_match_and_sends_no_write()
    {
        var records = Run("Import-MigrationList $l | New-AlertSilence -WhatIf").Values.Cast<StepRecord>().ToList();
        Assert.Equal(4, records.Count);
        Assert.All(records, record => Assert.Equal((StepOutcome.Planned, "not silenced"), (record.Outcome, record.Before)));
        Assert.EndsWith("(matching now: FilesystemAlmostFull)", records[2].After, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public void A_silence_of_a_machine_that_nobody_knows_is_warned_of()
    {
        Assert.Contains("openstack and netbox know no machine of that name", Assert.Single(Run("New-AlertSilence hv99.lab.example -WhatIf").Warnings).Message, StringComparison.Ordinal);
        Assert.Empty(Run($"New-AlertSilence {One} -WhatIf").Warnings);
    }

    [Fact]
    public async Task A_hypervisor_gets_two_silences_once_and_they_come_with_what_they_pipe_on_with()
    {
        var silences = Run("Import-MigrationList $l | Select-Object -First 1 | New-AlertSilence -Confirm:$false").Values.Cast<AlertSilence>().ToList();
        Assert.Equal(["hostname=\"hv01.lab.example\"", "instance=~\"hv01\\\\.lab\\\\.example(:[0-9]+)?\""], silences.Select(silence => Assert.Single(silence.Matchers).ToString()));
        Assert.All(silences, silence =>
        {
            Assert.Equal((One, "MH-101", true, Me, AlertSilenceState.Active), (silence.HypervisorName, silence.TicketId, silence.IsOurs, silence.Owner, silence.State));
            Assert.EndsWith($"/alertmanager/#/silences/{silence.SilenceId}", silence.Url, StringComparison.Ordinal);
        });

        var again = Run("Import-MigrationList $l | Select-Object -First 1 | New-AlertSilence -Duration 10h -Confirm:$false").Values.Cast<AlertSilence>();
        Assert.Equal(silences.Select(silence => silence.SilenceId), again.Select(silence => silence.SilenceId));
        Assert.Equal(2, await WritesAsync("alertmanager"));
    }

    [Fact]
    public void PassThru_emits_its_input_once_and_only_where_it_was_silenced()
    {
        var services = Run($"'{One}', '{Two}' | Disable-ComputeService -Reason RL9 -PassThru -Confirm:$false | New-AlertSilence -Window (New-MaintenanceWindow -Weeks 4) -PassThru -Confirm:$false").Values;
        Assert.Equal([(typeof(Compute.ComputeService), One), (typeof(Compute.ComputeService), Two)], services.Select(service => (service.GetType(), ((Compute.ComputeService)service).HypervisorName)));
        Assert.All(Run("Import-MigrationList $l | New-AlertSilence -PassThru -Confirm:$false").Values, target => Assert.IsType<MigrationTarget>(target));
        Assert.Equal([Three], Run($"'{Three}' | New-AlertSilence -PassThru -Confirm:$false").Values);
        Assert.Equal([One, Two], Run($"New-AlertSilence {One}, {Two} -PassThru -Confirm:$false").Values);
        Assert.Empty(Run("[pscustomobject]@{ HypervisorName = 'hv9.elsewhere.example' } | New-AlertSilence -PassThru -Confirm:$false").Values);
        Assert.IsType<StepRecord>(Assert.Single(Run($"'{One}' | New-AlertSilence -Duration 100d -PassThru -WhatIf").Values));
    }

    [Fact]
    public void A_window_a_duration_and_a_time_say_when_it_ends()
    {
        static DateTimeOffset EndOf(ShellResult result) => Assert.IsType<AlertSilence>(result.Values[0]).EndsAt;
        var window = (MaintenanceWindow)Run("($w = New-MaintenanceWindow -Weeks 4)").Values[0];
        Assert.Equal(window.End, EndOf(Run($"New-AlertSilence {One} -Window $w -Confirm:$false")));
        Assert.InRange(EndOf(Run($"New-AlertSilence {Two} -Duration 3d -Confirm:$false")), DateTimeOffset.UtcNow.AddDays(2.9), DateTimeOffset.UtcNow.AddDays(3.1));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), EndOf(Run($"New-AlertSilence {Three} -Until 2030-01-02T03:04:05Z -Confirm:$false")));
        var later = (AlertSilence)Run("New-AlertSilence hv04.lab.example -Window (New-MaintenanceWindow -Start 2030-01-01T00:00:00Z -End 2030-02-01T00:00:00Z) -Confirm:$false").Values[0];
        Assert.Equal((AlertSilenceState.Pending, 2030), (later.State, later.StartsAt.Year));
    }

    [Fact]
    public async Task Free_matchers_make_one_silence_that_needs_all_of_them()
    {
        var silence = Assert.IsType<AlertSilence>(Assert.Single(Run("New-AlertSilence -Matcher 'alertname=\"FilesystemAlmostFull\"', '{mountpoint=\"/var\", job!=\"x\"}' -Duration 2h -Comment 'cleaning up' -Confirm:$false").Values));
        Assert.Equal(["alertname=\"FilesystemAlmostFull\"", "mountpoint=\"/var\"", "job!=\"x\""], silence.Matchers.Select(matcher => matcher.ToString()));
        Assert.Null(silence.HypervisorName);
        Assert.StartsWith("cleaning up [ops:", silence.Comment, StringComparison.Ordinal);
        Assert.Equal(AlertState.Suppressed, Assert.IsType<Alert>(Assert.Single(Run($"Get-Alert {Three}").Values)).State);
        Assert.Equal(silence.SilenceId, Assert.IsType<AlertSilence>(Assert.Single(Run($"Get-Alert {Three} | Get-AlertSilence").Values)).SilenceId);
        Assert.Empty(Run("Get-Alert -AlertName Watchdog | Get-AlertSilence").Values);
        Run("Get-AlertSilence -Mine | Remove-AlertSilence -Confirm:$false");
        Assert.Equal("expired", (string?)Assert.Single(await SilencesAsync())!["state"]);
    }

    [Fact]
    public async Task Free_matchers_that_quiet_too_many_machines_or_one_that_may_not_be_touched_are_refused()
    {
        await PostAsync("alerts", JsonNode.Parse(string.Concat("[", string.Join(',', Enumerable.Range(1, 5).Select(i => $"{{\"labels\":{{\"alertname\":\"Storm\",\"hostname\":\"hv{i}\"}}}}")), "]"))!);
        Assert.Contains("one call may change 3 (-MaxTargets)", Assert.Single(Run("New-AlertSilence -Matcher 'alertname=~\".+\"' -MaxTargets 3 -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Contains("matches none of the patterns in targets.allow", Assert.Single(Run("New-AlertSilence -Matcher 'hostname=\"switch1\"' -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync("alertmanager"));
        Assert.Empty(Run("New-AlertSilence -Matcher 'alertname=\"Storm\"' -MaxTargets 5 -Confirm:$false").Errors);
    }

    [Fact]
    public void Objects_are_counted_against_MaxTargets_as_they_come()
    {
        var result = Run("Import-MigrationList $l | New-AlertSilence -MaxTargets 1 -Confirm:$false");
        Assert.Equal((2, 3), (result.Values.Length, result.Errors.Length));
    }

    [Fact]
    public void Silences_are_found_by_machine_owner_state_and_end()
    {
        Run($"New-AlertSilence {One} -Duration 10h -Confirm:$false; New-AlertSilence {Two} -Duration 5d -Confirm:$false; New-AlertSilence {Three} -Duration 5d -Confirm:$false; Remove-AlertSilence -HypervisorName {Three} -Confirm:$false");
        int Count(string parameters) => Run($"Get-AlertSilence {parameters}").Values.Length;
        Assert.Equal((4, 2, 4, 2, 2, 6, 0), (Count(""), Count(One), Count("hv0*"), Count("-ExpiresWithin 1d -Mine"), Count("-State Expired"), Count("-State Active, Pending, Expired"), Count(Three)));
        Assert.Single(Run($"Get-AlertSilence (Get-AlertSilence {One})[0].SilenceId").Values);
        Assert.Equal(2, Run($"Get-AlertSilence {Three} -State Expired | Get-AlertSilence").Values.Length);
        Assert.StartsWith("ObjectNotFound,", Assert.Single(Run("Get-AlertSilence -SilenceId 3fa85f64-5717-4562-b3fc-2c963f66afa6").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silences_are_extended_and_ended_through_the_pipeline_and_undone()
    {
        var made = Run($"New-AlertSilence {One} -Duration 10h -Confirm:$false").Values.Cast<AlertSilence>().ToList();
        var extended = Run("Get-AlertSilence -Mine -ExpiresWithin 24h | Set-AlertSilence -Extend 24h -Comment later -PassThru -Confirm:$false").Values.Cast<AlertSilence>().ToList();
        Assert.Equal(made.Select(silence => (silence.SilenceId, silence.EndsAt.AddHours(24))), extended.Select(silence => (silence.SilenceId, silence.EndsAt)));
        Assert.All(extended, silence => Assert.StartsWith("later [ops:", silence.Comment, StringComparison.Ordinal));
        Assert.Equal(2, Run($"Set-AlertSilence -HypervisorName {One} -Until 2030-01-01T00:00:00Z -PassThru -Confirm:$false").Values.Length);

        Assert.All(Run($"Undo-OpsRun (Get-OpsRun | Select-Object -First 1).RunId -Target {One} -Confirm:$false").Values.Cast<StepRecord>(), record => Assert.Equal(StepOutcome.Undone, record.Outcome));
        Assert.All(await SilencesAsync(), silence => Assert.Equal("expired", (string?)silence!["state"]));
        Assert.Empty(Run($"'{made[0].SilenceId}' | Remove-AlertSilence -Confirm:$false; Import-MigrationList $l | Remove-AlertSilence -Confirm:$false").Errors);
    }

    [Fact]
    public async Task What_another_made_is_told_left_alone_and_taken_over_on_purpose()
    {
        var id = await SilenceAsync("hostname", One, "fan, ask bob [ops:r0 bob MH-101]");

        var result = Run("Import-MigrationList $l | Select-Object -First 1 | New-AlertSilence -Confirm:$false");
        Assert.Contains("hostname=\"hv01.lab.example\" is silenced by bob until", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
        Assert.Equal(["bob", Me], result.Values.Cast<AlertSilence>().Select(silence => silence.Owner!));
        foreach (var script in new[] { $"'{id}' | Remove-AlertSilence -Confirm:$false", $"Set-AlertSilence {id} -Extend 1h -Confirm:$false" })
            Assert.StartsWith("Refused,", Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Run($"Remove-AlertSilence -HypervisorName {One} -Confirm:$false");
        Assert.Equal(id, Assert.IsType<AlertSilence>(Assert.Single(Run("Get-AlertSilence").Values)).SilenceId);

        Assert.Empty(Run($"Get-AlertSilence {id} | Remove-AlertSilence -TakeOver -Reason 'bob is on leave' -Confirm:$false").Errors);
        Assert.Empty(Run("Get-AlertSilence").Values);
        Assert.Contains("bob had claimed for MH-101", (string?)(await TicketAsync("MH-101"))["comments"]![0]!["body"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'hv*' | New-AlertSilence -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | New-AlertSilence -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Remove-AlertSilence -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Set-AlertSilence -Extend 1h -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Remove-AlertSilence -Confirm:$false", "InvalidArgument,")]
    [InlineData("Remove-AlertSilence 'hv01' -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Remove-AlertSilence 3fa85f64-5717-4562-b3fc-2c963f66afa6 -Confirm:$false", "ObjectNotFound,")]
    [InlineData("Set-AlertSilence 3fa85f64-5717-4562-b3fc-2c963f66afa6 -Confirm:$false", "InvalidArgument,")]
    [InlineData("Set-AlertSilence -HypervisorName hv01.lab.example -Extend 1h -Confirm:$false", "ObjectNotFound,")]
    [InlineData("New-AlertSilence hv01.elsewhere.example -Confirm:$false", "Refused,")]
    [InlineData("New-AlertSilence hv01.lab.example -TakeOver -Confirm:$false", "Refused,")]
    [InlineData("New-AlertSilence hv01.lab.example -Duration 9999d -Confirm:$false", "InvalidArgument,")]
    [InlineData("New-AlertSilence hv01.lab.example -Until 2054-01-01 -Confirm:$false", "InvalidArgument,")]
    [InlineData("New-AlertSilence hv01.lab.example -Duration 72 -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("New-AlertSilence hv01.lab.example -Duration 2h -Until 2030-01-01 -Confirm:$false", "InvalidArgument,")]
    [InlineData("New-AlertSilence hv01.lab.example -Until 2020-01-01 -Confirm:$false", "InvalidArgument,")]
    [InlineData("New-AlertSilence -Matcher 'hostname' -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("New-AlertSilence -Matcher 'a=\"\"' -Confirm:$false", "ServiceError,")]
    public async Task What_is_not_meant_changes_nothing(string script, string error)
    {
        Assert.StartsWith(error, Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task An_empty_pipeline_changes_nothing()
    {
        Assert.Empty(Run("@() | New-AlertSilence -Confirm:$false; Get-AlertSilence -Mine | Remove-AlertSilence -Confirm:$false; @() | Set-AlertSilence -Extend 1h -Confirm:$false").Errors);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task Where_the_second_silence_fails_the_error_is_one_and_no_silence_is_left()
    {
        await FaultAsync("""{"service":"alertmanager","call":"POST /silences","effect":"status:400","after":1,"count":1}""");
        Assert.StartsWith("ServiceError,", Assert.Single(Run($"New-AlertSilence {One} -Confirm:$false").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Run("Get-AlertSilence").Values);
        Assert.Equal("expired", (string?)Assert.Single(await SilencesAsync())!["state"]);
    }

    [Fact]
    public void Names_alerts_and_silences_complete_from_the_lab()
    {
        Assert.Equal([One, Two, Three, "hv04.lab.example"], Complete("New-AlertSilence hv"));
        Assert.Equal(["FilesystemAlmostFull"], Complete("Get-Alert -AlertName File"));
        var id = Assert.IsType<AlertSilence>(Run($"New-AlertSilence {One} -Confirm:$false").Values[0]).SilenceId;
        Assert.Contains(id, Complete("Remove-AlertSilence "));
        Assert.Equal(["Suppressed"], Complete("Get-Alert -State S"));
        Assert.Equal(["warning"], Complete("Get-Alert -Severity w"));
    }

    private async Task<JsonArray> SilencesAsync() => (await ReadAsync("state"))["alertmanager"]!["silences"]!.AsArray();

    private async Task<string> SilenceAsync(string label, string value, string comment)
        => (string)(await PostAsync("silences", new JsonObject
        {
            ["matchers"] = new JsonArray(new JsonObject { ["name"] = label, ["value"] = value, ["isRegex"] = false }),
            ["startsAt"] = "2020-01-01T00:00:00Z", ["endsAt"] = "2096-01-01T00:00:00Z", ["createdBy"] = "bob", ["comment"] = comment,
        }))!["silenceID"]!;

    // Another person at the lab's Alertmanager, without a line of ours.
    private async Task<JsonNode?> PostAsync(string path, JsonNode body)
    {
        var login = (await ReadAsync("state"))["alertmanager"]!;
        var root = Regex.Match(await File.ReadAllTextAsync(ConfigurationPath), "auth-url: (http://[^/]+/)").Groups[1].Value;
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login["username"]}:{login["password"]}")));
        using var answer = await http.PostAsJsonAsync($"{root}alertmanager/api/v2/{path}", body);
        answer.EnsureSuccessStatusCode();
        var text = await answer.Content.ReadAsStringAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
