using System.Security;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;
using PlatformOps.TestKit;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class SessionCommandTests : LabShell
{
    [Fact]
    public void Sessions_are_listed_by_wildcard_and_a_name_that_is_none_is_an_error()
    {
        Run("Connect-PlatformOps $p -Name second");
        Assert.Equal(["lab", "second"], Run("Get-PlatformOpsSession").Values.Cast<OpsSession>().Select(session => session.Name));
        Assert.Equal("second", Assert.Single(Run("Get-PlatformOpsSession sec*").Values).ToString());
        Assert.Equal("second", Assert.Single(Run("Get-PlatformOpsSession -Current").Values).ToString());
        Assert.Contains("'lab', 'second'", Assert.Single(Run("Get-PlatformOpsSession none").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_session_is_gone_and_the_one_before_it_is_current_again()
    {
        Run("Connect-PlatformOps $p -Name second");
        Assert.Empty(Run("Disconnect-PlatformOps").Errors);
        Assert.Equal("lab", Assert.Single(Run("Get-PlatformOpsSession -Current").Values).ToString());
        Assert.Empty(Run("Get-PlatformOpsSession | Disconnect-PlatformOps").Errors);
        Assert.StartsWith("NoSession,", Assert.Single(Run("Disconnect-PlatformOps").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("NoSession,", Assert.Single(Run("Test-PlatformOps").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_without_its_address_is_a_warning_with_file_and_key_and_the_session_opens()
    {
        using var folder = new TemporaryFolder();
        var original = folder.File("ops.yaml", "openstack: { username: u, password: p }\nnetbox: { api_token: t }\njira: { username: u, api_token: t }\nssh: { username: ab, passphrase: x }\n");

        var opened = Shell.Run("param($c) Connect-PlatformOps $c -Name original -PassThru", original);

        Assert.Empty(opened.Errors);
        Assert.Single(opened.Values);
        var warnings = opened.Warnings.Select(warning => warning.Message).ToList();
        foreach (var key in (string[])["openstack.auth-url", "netbox.url", "jira.url"])
            Assert.Single(warnings, warning => warning.StartsWith($"{original}: {key} is not set", StringComparison.Ordinal));
        Assert.Contains("Until then nothing can be asked of netbox.", warnings.Single(warning => warning.Contains("netbox.url", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Empty(Run("Connect-PlatformOps $p").Warnings);
        Assert.Empty(Shell.Run("param($c) Connect-PlatformOps $c -Set @{ 'netbox.url' = 'https://netbox.example.org'; 'jira.url' = 'https://jira.example.org'; 'openstack.auth-url' = 'https://keystone.example.org/v3' }", original).Warnings);
    }

    [Fact]
    public async Task Every_configured_service_is_probed_and_nothing_is_changed()
    {
        var result = Run("Test-PlatformOps");
        Assert.Empty(result.Errors);
        Assert.All(result.Values.Cast<ServiceHealth>(), health => Assert.True(health.IsHealthy, health.Error?.Message));
        Assert.Contains("netbox", result.Values.Cast<ServiceHealth>().Select(health => health.Service));
        Assert.Equal(true, Assert.Single(Run("Test-PlatformOps -Quiet").Values));
        // A token is no change of the world.
        Assert.Equal(0, await WritesAsync("netbox"));
        Assert.Equal("bmc", Assert.Single(result.Values.Cast<ServiceHealth>(), health => health.IsUnasked).Service);
    }

    [Fact]
    public void Services_come_in_the_order_of_the_configuration()
    {
        var services = Run("Test-PlatformOps").Values.Cast<ServiceHealth>().Select(health => health.Service).ToList();
        var written = File.ReadAllLines(ConfigurationPath).Select(line => line.Split(':')[0]).Where(services.Contains).ToList();
        Assert.Equal(written, services);
    }

    [Fact]
    public void What_a_phase_does_not_need_is_not_probed()
    {
        var services = Run("Test-PlatformOps -Step PreDrain").Values.Cast<ServiceHealth>().Select(health => health.Service).Order();
        Assert.Equal(["jira", "netbox", "openstack", "ssh"], services);
        Assert.DoesNotContain("netbox", Run("Test-PlatformOps -Step Setup").Values.Cast<ServiceHealth>().Select(health => health.Service));
    }

    [Fact]
    public void A_phase_that_looks_at_every_service_needs_every_configured_one()
    {
        var all = Run("Test-PlatformOps").Values.Cast<ServiceHealth>().Select(health => health.Service).Order().ToList();
        Assert.NotEmpty(all);
        Assert.Equal(all, Run("Test-PlatformOps -Step Noops").Values.Cast<ServiceHealth>().Select(health => health.Service).Order());
        Assert.Equal(all, Run("(Get-MigrationStep Noops).Needs").Values.Cast<string>());
    }

    [Fact]
    public void A_service_that_does_not_answer_is_a_row_and_no_error()
    {
        Run("Connect-PlatformOps $p -Name broken -Set @{ 'netbox.url' = 'http://127.0.0.1:1/' }");
        var result = Run("Test-PlatformOps netbox, nonsense");
        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Values.Length);
        Assert.All(result.Values.Cast<ServiceHealth>(), health => Assert.NotNull(health.Error));
        Assert.Matches("^netbox at http://127.0.0.1:1 could not be reached.* It is asked again ", Assert.Single(result.Warnings).Message);
        Assert.Equal(false, Assert.Single(Run("Test-PlatformOps netbox -Quiet").Values));
    }

    [Fact]
    public async Task What_would_run_on_a_lab_that_has_ended_ends_with_one_error_and_asks_nobody()
    {
        Assert.Empty(Run("Get-OpsRun").Output);
        OpsRunspace.For(Shell.Runspace).EndLab(ConfigurationPath);
        var requests = await RequestsAsync();

        foreach (var command in (string[])["Get-Hypervisor", "Get-OpsRun", "Test-PlatformOps", "'hv01.lab.example', 'hv02.lab.example' | Invoke-MigrationStep -Step Setup -Confirm:$false", "Disable-ComputeService hv01.lab.example -Reason x", "Get-Runbook"])
        {
            var result = Run(command);
            var ended = Assert.Single(result.Errors);
            Assert.StartsWith("The lab of the session 'lab' has ended", ended.Exception.Message, StringComparison.Ordinal);
            Assert.StartsWith("NoSession,", ended.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Empty(result.Warnings);
        }

        Assert.Equal(requests, await RequestsAsync());
        Assert.Empty(Run("Disconnect-PlatformOps").Errors);
        Assert.Empty(Run("Connect-PlatformOps $p").Errors);
        Assert.Contains("nothing to stop", Assert.Single(Run("Stop-OpsLab").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_starter_is_written_once_for_its_owner_alone_and_says_what_to_do_next()
    {
        var folder = Directory.CreateTempSubdirectory("ops-");
        try
        {
            var path = Path.Combine(folder.FullName, "new", "ops.yaml");
            Assert.Empty(Shell.Run("param($f) Initialize-PlatformOps $f -WhatIf", path).Output);
            Assert.False(File.Exists(path));

            var result = Shell.Run("param($f) Initialize-PlatformOps $f", path);
            Assert.Equal(path, Assert.IsType<FileInfo>(Assert.Single(result.Values)).FullName);
            Assert.Contains("No service is configured", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

            Assert.Contains("-Force", Assert.Single(Shell.Run("param($f) Initialize-PlatformOps $f", path).Errors).Exception.Message, StringComparison.Ordinal);
            Assert.Empty(Shell.Run("param($f) Initialize-PlatformOps $f -Force", path).Errors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_configuration_that_is_there_is_probed_and_kept()
    {
        var before = File.ReadAllText(ConfigurationPath);
        var result = Run("Initialize-PlatformOps $p -Probe");
        Assert.Empty(result.Errors);
        Assert.All(result.Values, health => Assert.True(Assert.IsType<ServiceHealth>(health).IsHealthy));
        Assert.Equal(before, File.ReadAllText(ConfigurationPath));
    }

    [Fact]
    public void A_secret_comes_by_its_key_as_a_SecureString_and_never_as_text()
    {
        Assert.IsType<SecureString>(Assert.Single(Run("Get-OpsSecret -Name netbox.api_token").Values));
        Assert.Equal("string", Assert.Single(Run("(Get-OpsSecret -Name jira.api-token -AsCredential).UserName.GetType().Name.ToLower()").Values));
        var error = Assert.Single(Run("Get-OpsSecret -Name jira.none").Errors);
        Assert.Contains("jira.api-token", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("netbox.api-token", Complete("Get-OpsSecret -Name netbox."));
    }

    [Fact]
    public async Task A_secret_that_is_what_things_are_called_is_not_handed_out_and_a_common_word_harms_no_name()
    {
        Environment.SetEnvironmentVariable("OPS_TEST_NAME", "example");
        Environment.SetEnvironmentVariable("OPS_TEST_WORD", "nova");
        var error = Assert.Single(Run("Get-OpsSecret env:OPS_TEST_NAME").Errors);
        Assert.StartsWith("SecretUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("env:OPS_TEST_NAME: it is not handed out", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("targets.allow", error.Exception.Message, StringComparison.Ordinal);

        Assert.Contains("env:OPS_TEST_WORD", Assert.Single(Run("Get-OpsSecret env:OPS_TEST_WORD | Out-Null").Warnings).Message, StringComparison.Ordinal);
        var result = Run($"Disable-ComputeService {One} -Reason 'firmware' -PassThru -Confirm:$false");
        Assert.Empty(result.Errors);
        Assert.StartsWith("firmware [ops:", (string?)(await HypervisorAsync(One))["disabledReason"], StringComparison.Ordinal);

        // What is refused all the same says which secret it is, and the way out.
        var refused = Assert.Single(Run($"Disable-ComputeService {Two} -Reason 'nova is broken' -Confirm:$false").Errors);
        Assert.Contains("(env:OPS_TEST_WORD)", refused.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("Connect-PlatformOps again", refused.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_needs_no_session_and_what_is_none_is_not_repeated()
    {
        using var shell = new Shell();
        Environment.SetEnvironmentVariable("OPS_TEST_SECRET", "hunter2");
        Assert.Equal("hunter2", Assert.Single(shell.Run("Get-OpsSecret env:OPS_TEST_SECRET | ConvertFrom-SecureString -AsPlainText").Values));
        Assert.Equal("jdoe:hunter2", Assert.Single(shell.Run("$c = Get-OpsSecret env:OPS_TEST_SECRET -AsCredential -UserName jdoe; $c.UserName + ':' + $c.GetNetworkCredential().Password").Values));
        Assert.Contains("-UserName", Assert.Single(shell.Run("Get-OpsSecret env:OPS_TEST_SECRET -AsCredential").Errors).Exception.Message, StringComparison.Ordinal);
        var error = Assert.Single(shell.Run("Get-OpsSecret hunter2").Errors);
        Assert.StartsWith("SecretUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Exception.Message, StringComparison.Ordinal);
    }
}
