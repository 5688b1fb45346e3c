using PlatformOps.Kayobe;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class KayobeCommandTests : LabShell
{
    private protected override LabOptions Options => base.Options with { Speed = 36_000 };

    [Fact]
    public async Task A_command_runs_once_for_all_hosts_of_the_pipeline_and_emits_what_became_of_each()
    {
        var run = Run("Import-MigrationList $l | Select-Object -First 2 | Invoke-KayobeCommand -Command overcloud, host, configure -ExtraVar @{ selinux_do_reboot = $true } -Confirm:$false");

        Assert.Empty(run.Errors);
        Assert.Equal([(One, StepOutcome.Done, 0), (Two, StepOutcome.Done, 0)], run.Values.Cast<KayobeHostResult>().Select(result => (result.HostName, result.Outcome, result.ExitStatus!.Value)));
        Assert.Equal(["overcloud host configure hv01.lab.example hv02.lab.example"], await RunsAsync());
    }

    [Fact]
    public async Task A_playbook_runs_for_one_host_after_another()
    {
        var run = Run("'hv01.lab.example', 'hv03.lab.example' | Invoke-KayobePlaybook mellanox-enable-uefi-pxe.yml -ExtraVar @{ pxe_target = '{host}' } -Confirm:$false");

        Assert.Equal([1, 0], run.Values.Cast<KayobeHostResult>().Select(result => result.Skipped));
        Assert.Equal(["playbook run hv01.lab.example", "playbook run hv03.lab.example"], await RunsAsync());
    }

    [Fact]
    public async Task Hosts_that_failed_are_an_error_beside_the_results()
    {
        await SetKayobeAsync("""{"trouble":{"hv02.lab.example":"unreachable"}}""");

        var run = Run($"Invoke-KayobeCommand overcloud, host, configure {One}, {Two} -Confirm:$false");

        Assert.Equal([StepOutcome.Done, StepOutcome.Failed], run.Values.Cast<KayobeHostResult>().Select(result => result.Outcome));
        var error = Assert.Single(run.Errors);
        Assert.Contains("hv02.lab.example was unreachable", error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hv01.lab.example was", error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@() | Invoke-KayobeCommand overcloud, service, deploy -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, deprovision hv01.lab.example -ExtraVar @{ confirm_deprovision = 'yes' } -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, destroy hv01.lab.example -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, stop hv01.lab.example -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy, --limit, all hv01.lab.example -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy -Limit '' -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy -Limit all -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy -Limit '!hv01.lab.example' -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy -Limit 'hv*.lab.example' -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy -Limit kayobe.lab.example -Confirm:$false")]
    [InlineData("Invoke-KayobeCommand overcloud, service, deploy -Limit hv01.lab.example, hv02.lab.example -MaxTargets 1 -Confirm:$false")]
    [InlineData("Invoke-KayobePlaybook ../x.yml hv01.lab.example -Confirm:$false")]
    [InlineData("Invoke-KayobePlaybook a.yml hv01.lab.example -ExtraVar @{ a = '{{ x }}' } -Confirm:$false")]
    public async Task What_could_reach_further_than_it_says_is_refused_and_nothing_is_run(string script)
    {
        Assert.NotEmpty(Run(script).Errors);
        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public async Task WhatIf_shows_the_command_with_its_limit_and_runs_nothing()
    {
        var plan = Assert.IsType<StepRecord>(Assert.Single(Run($"Invoke-KayobeCommand overcloud, service, deploy {Two}, {One} -Tag nova -WhatIf").Values));

        Assert.Equal("'kayobe overcloud service deploy --limit hv01.lab.example:hv02.lab.example -kl hv01.lab.example:hv02.lab.example -kt nova'", plan.After);
        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public async Task Without_an_answer_nothing_is_run()
    {
        Assert.Contains("-Confirm:$false", Assert.Single(Run($"Invoke-KayobeCommand overcloud, host, configure {One}").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public void Verbose_shows_the_output()
        => Assert.Contains(Run($"Invoke-KayobeCommand overcloud, host, configure {One} -Confirm:$false -Verbose 4>&1 | Where-Object {{ $_ -is [System.Management.Automation.VerboseRecord] }} | ForEach-Object Message").Values, line => line.ToString()!.StartsWith("PLAY RECAP", StringComparison.Ordinal));

    [Fact]
    public void Playbooks_and_words_complete()
    {
        Assert.Equal(["build-inventory-from-netbox.yml"], Complete("Invoke-KayobePlaybook build"));
        Assert.Equal(["deploy"], Complete("Invoke-KayobeCommand overcloud, service, dep"));
    }

    private async Task<string[]> RunsAsync()
        => [.. (await ReadAsync("state"))["kayobe"]!["runs"]!.AsArray().Select(run => $"{run!["command"]} {string.Join(' ', run["hosts"]!.AsArray())}")];

    private Task SetKayobeAsync(string json) => PostAsync("kayobe", json);
}
