using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Kayobe;

/// <summary>Kayobe's actions on the lab's control host.</summary>
public sealed class KayobeActionTests
{
    private const string Phase = """
          - check: kayobe.checkout
          - change: kayobe.inventory
          - change: kayobe.host.configure
          - change: kayobe.service.deploy
          - change: kayobe.controllers

        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_is_configured_and_deployed_in_one_limit_and_its_services_come_up()
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetHostAsync(KayobeLab.Name(1), new { serviceUp = false });

        var records = await lab.RunAsync(Phase, Stop, 1, 2);

        Assert.All(records, record => Assert.True(record.Outcome is StepOutcome.Passed or StepOutcome.Done, record.Message));
        Assert.Equal(
            ["playbook run: localhost", "overcloud host configure: hv01 hv02", "overcloud service deploy: hv01 hv02", "overcloud service deploy: ctl01 ctl02 ctl03"],
            await lab.RunsAsync());
        await KayobeLab.Until(async () => (await lab.HostAsync(1)).GetProperty("serviceUp").GetBoolean());
        Assert.Contains((await lab.StateAsync()).GetProperty("commit").GetString()!, records[0].Message);
    }

    [Theory]
    [InlineData("19.1.0", "--limit controllers -kl controllers -kt common")]
    [InlineData("20.0.0", "--limit controllers --tags common")]
    [InlineData("21.0.0", "--limit controllers --tags common")]
    public async Task Kolla_Ansible_is_limited_in_the_options_of_the_installed_version(string version, string options)
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetAsync(new { version });

        var controllers = await lab.ApplyAsync(new DeployToControllers(), new NoParameters(), 1);
        var deploy = await lab.ApplyAsync(new DeployServices(), new NoParameters(), 1);

        Assert.EndsWith($"'kayobe overcloud service deploy {options}', on the cloud's controllers", controllers.Message);
        Assert.Equal(version[0] == '1', deploy.Message.Contains(" -kl hv01.lab.example", StringComparison.Ordinal));
        Assert.Equal(["overcloud service deploy: ctl01 ctl02 ctl03", "overcloud service deploy: hv01"], await lab.RunsAsync());
    }

    [Fact]
    public async Task A_host_that_is_not_active_in_NetBox_drops_out_of_the_inventory_and_cannot_be_limited_to()
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetNetBoxAsync(2, "planned");
        await lab.ApplyAsync(new BuildInventory(), new NoParameters(), 2);

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1, 2));

        Assert.Contains("no host hv02.lab.example or hv02", error.Message);
        Assert.Equal(["playbook run: localhost"], await lab.RunsAsync());
        await lab.SetNetBoxAsync(2, "active");
        await lab.ApplyAsync(new BuildInventory(), new NoParameters(), 2);
        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1, 2)).Outcome);
    }

    [Fact]
    public async Task An_empty_limit_would_be_the_whole_fleet_and_none_is_ever_sent()
    {
        await using var lab = await KayobeLab.StartAsync(hypervisors: 100);
        var listed = HostLimit.ReadListing(await ListAsync(""))!;
        Assert.Equal(103, listed.Count);
        Assert.Equal(102, HostLimit.ReadListing(await ListAsync("!hv01.lab.example"))!.Count);

        await Assert.ThrowsAsync<RefusedException>(() => PlanForAsync());
        foreach (var name in new[] { "", "all", "compute", "!hv01.lab.example", "~hv0.*", "@hosts", "controllers", "localhost", "hv01.lab.example:hv02.lab.example", " " })
            await Assert.ThrowsAsync<RefusedException>(() => PlanForAsync(name));
        Assert.Contains("is a group", (await Assert.ThrowsAsync<RefusedException>(() => PlanForAsync("hv01.lab.example", "controllers"))).Message, StringComparison.Ordinal);
        Assert.Empty(await lab.RunsAsync());

        await lab.ApplyAsync(new DeployServices(), new NoParameters(), 7);
        Assert.Equal(["overcloud service deploy: hv07"], await lab.RunsAsync());

        Task<string> ListAsync(string pattern) => lab.TellAsync("/home/ops/kayobe/venvs/kayobe/bin/ansible", pattern, "--list-hosts");
        // What policy would refuse before is not asked here.
        Task<object> PlanForAsync(params string[] names)
            => ((Change)new DeployServices()).ObserveAsync(lab.Context(names), new NoParameters(), Stop);
    }

    [Fact]
    public async Task A_command_that_takes_no_limit_is_refused()
    {
        await using var lab = await KayobeLab.StartAsync();

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new RunKayobeCommand(), new RunKayobeCommandParameters { Command = ["environment", "create"] }, 1));

        Assert.Contains("takes no --limit", error.Message);
        Assert.Empty(await lab.RunsAsync());
    }

    [Theory]
    [InlineData("failed", "hv02.lab.example failed in TASK [overcloud host configure : work]")]
    [InlineData("unreachable", "hv02.lab.example was unreachable in TASK [Gathering Facts]")]
    public async Task A_failure_names_the_hosts_that_failed(string trouble, string told)
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetAsync(new { trouble = new Dictionary<string, string> { [KayobeLab.Name(2)] = trouble } });

        var error = await Assert.ThrowsAsync<StepFailedException>(() => lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1, 2));

        Assert.Contains(told, error.Message);
        Assert.DoesNotContain("hv01.lab.example failed", error.Message);
        // Once its cause is gone the same step runs anew; nothing of the failed one is in its way.
        await lab.SetAsync(new { trouble = new { } });
        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1, 2)).Outcome);
        Assert.Equal("", await lab.TellAsync("ls", "/home/ops/.local/state/platformops/detached"));
    }

    [Fact]
    public async Task A_failure_that_the_play_ignores_is_none()
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetAsync(new { trouble = new Dictionary<string, string> { [KayobeLab.Name(1)] = "ignored" } });

        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1)).Outcome);
    }

    [Fact]
    public async Task A_playbook_runs_on_its_target_with_its_name_in_the_inventory_and_one_that_is_not_there_fails()
    {
        await using var lab = await KayobeLab.StartAsync();
        var parameters = new RunPlaybookParameters { Playbook = "mellanox-enable-uefi-pxe.yml", Vars = new Dictionary<string, string> { ["pxe_target"] = "{host}" } };

        var record = await lab.ApplyAsync(new RunPlaybook(), parameters, 3);

        Assert.Contains("""-e '{"pxe_target":"hv03.lab.example"}' --limit hv03.lab.example""", record.Message);
        Assert.Equal(["hv03.lab.example"], (await lab.StateAsync()).GetProperty("pxeEnabled").EnumerateArray().Select(host => host.GetString()));
        var error = await Assert.ThrowsAsync<StepFailedException>(() => lab.ApplyAsync(new RunPlaybook(), parameters with { Playbook = "none.yml" }, 3));
        Assert.Contains("there is no PLAY RECAP", error.Message);
        Assert.Contains("exit 1", error.Message);
    }

    [Fact]
    public async Task Every_line_goes_to_the_log_as_it_comes()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 20);

        var running = lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1);
        await KayobeLab.Until(() => Task.FromResult(lab.Written().Contains("kayobe: TASK [overcloud host configure : work]", StringComparison.Ordinal)));

        Assert.False(running.IsCompleted);
        Assert.DoesNotContain("PLAY RECAP", lab.Written());
        await lab.SpeedAsync(100_000);
        await running;
        Assert.Contains("kayobe: PLAY RECAP", lab.Written());
    }

    [Theory]
    [InlineData(4, true, "is 4 commits behind origin/lab/2025.2")]
    [InlineData(0, true, null)]
    public async Task The_checkout_must_not_be_behind_what_the_upstream_has_now(int behind, bool answers, string? problem)
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetAsync(new { behind, remoteAnswers = answers });

        var answer = await lab.CheckAsync(new CheckCheckout());

        Assert.Equal(problem is null ? StepOutcome.Passed : StepOutcome.Failed, answer.Outcome);
        Assert.Contains(problem ?? (await lab.StateAsync()).GetProperty("commit").GetString()!, answer.Evidence);
    }

    [Fact]
    public async Task A_checkout_whose_upstream_does_not_answer_is_unknown_and_one_that_is_changed_or_elsewhere_fails()
    {
        await using var lab = await KayobeLab.StartAsync();
        await lab.SetAsync(new { remoteAnswers = false });
        Assert.Equal(StepOutcome.Unknown, (await lab.CheckAsync(new CheckCheckout())).Outcome);

        await lab.SetAsync(new { remoteAnswers = true, changes = new[] { "etc/kayobe/globals.yml" } });
        Assert.Equal(StepOutcome.Failed, (await lab.CheckAsync(new CheckCheckout())).Outcome);

        await lab.SetAsync(new { changes = Array.Empty<string>(), branch = "other" });
        Assert.Contains("on branch other, not lab/2025.2", (await lab.CheckAsync(new CheckCheckout())).Evidence);
    }

    [Fact]
    public async Task A_compute_service_that_has_lost_its_identity_does_not_start_and_with_it_restored_does()
    {
        await using var lab = await KayobeLab.StartAsync();
        var identity = (await lab.HostAsync(1)).GetProperty("id").GetString();
        await lab.SetHostAsync(KayobeLab.Name(1), new { reinstall = new { osVersion = "9.5" } });

        var error = await Assert.ThrowsAsync<StepFailedException>(() => lab.ApplyAsync(new DeployServices(), new NoParameters(), 1));
        Assert.Contains("hv01.lab.example failed", error.Message);
        await lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1);
        await lab.ApplyAsync(new DeployServices(), new NoParameters(), 1);
        Assert.False((await lab.HostAsync(1)).GetProperty("serviceUp").GetBoolean());

        await lab.SetHostAsync(KayobeLab.Name(1), new { files = new Dictionary<string, string> { ["/var/lib/nova/compute_id"] = identity + "\n" } });
        await lab.ApplyAsync(new DeployServices(), new NoParameters(), 1);

        await KayobeLab.Until(async () => (await lab.HostAsync(1)).GetProperty("serviceUp").GetBoolean());
    }

    [Fact]
    public async Task The_vaults_password_is_in_no_argument_list_variable_of_ours_file_log_or_journal()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 20);
        var password = (await lab.StateAsync()).GetProperty("vaultPassword").GetString()!;

        var running = lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1);
        await KayobeLab.Until(() => Task.FromResult(lab.Written().Contains("TASK [", StringComparison.Ordinal)));
        var files = await lab.TellAsync("sh", "-c", "cat /home/ops/.local/state/platformops/detached/*/* /dev/shm/* 2>/dev/null; true");
        await lab.SpeedAsync(100_000);
        await running;

        Assert.Contains("KAYOBE_VAULT_PASSWORD", files);
        Assert.DoesNotContain(password, files);
        Assert.DoesNotContain(password, lab.Written());
    }

    [Fact]
    public async Task A_vault_that_stays_shut_is_a_failure_that_says_so_in_the_log()
    {
        await using var lab = await KayobeLab.StartAsync(overrides: ("kayobe.vault-password", "wrong"));

        await Assert.ThrowsAsync<StepFailedException>(() => lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1));

        Assert.Contains("Decryption failed", lab.Written());
    }

    [Fact]
    public async Task The_control_host_is_never_a_target()
    {
        await using var lab = await KayobeLab.StartAsync();

        await Assert.ThrowsAsync<RefusedException>(() => lab.Session.Effects.RunAsync(new RunPlaybook(), new ActionTarget(ActionTarget.Host, "kayobe.lab.example"), new RunPlaybookParameters { Playbook = "a.yml" }, null, Stop));
    }

    [Fact]
    public async Task A_probe_tells_version_and_checkout_and_what_is_wrong_with_it()
    {
        await using var lab = await KayobeLab.StartAsync();
        var registration = new KayobeRegistration();

        var good = await registration.ProbeAsync(lab.Session, Stop);
        await lab.SetAsync(new { changes = new[] { "x" } });
        var bad = await registration.ProbeAsync(lab.Session, Stop);

        Assert.Equal("19.1.0", good.Version);
        Assert.Matches("^checkout lab/2025\\.2 at [0-9a-f]{12}$", good.Identity);
        Assert.Empty(good.MissingRights);
        Assert.Single(bad.MissingRights);
    }

    [Fact]
    public async Task A_file_of_the_vaults_password_is_named_and_nothing_else_is_set()
    {
        await using var lab = await KayobeLab.StartAsync();
        var password = (await lab.StateAsync()).GetProperty("vaultPassword").GetString()!;
        await lab.SetHostAsync("kayobe.lab.example", new { files = new Dictionary<string, string> { ["/home/ops/.vault"] = password } });
        var text = await File.ReadAllTextAsync(Path.Combine(lab.Folder, "ops.yaml"), Stop);
        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "ops.yaml"), text.Replace($"vault-password: '{password}'", "nopassfile: /home/ops/.vault", StringComparison.Ordinal), Stop);
        await using var session = SessionOpening.Open(Path.Combine(lab.Folder, "ops.yaml"), null, null).Scope;

        var record = await session.Effects.RunAsync(new ConfigureHosts(), KayobeLab.Target(1), new ConfigureHostsParameters(), null, Stop);

        Assert.Contains("--vault-password-file /home/ops/.vault", record.Message);
    }
}
