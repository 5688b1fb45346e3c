using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Services.Aquilon;

public sealed class AquilonClientTests : IAsyncDisposable
{
    private readonly ScriptedSsh _ssh = new();
    private readonly AquilonClient _client;

    public AquilonClientTests() => _client = Make(new AquilonConfiguration { AqHost = "broker.example.org", AqService = "aqd", Justification = "tcm=1" });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    [Fact]
    public async Task Commands_have_the_brokers_environment_and_changes_the_justification()
    {
        SshCommand? seen = null;
        _ssh.On((_, command) => command.Arguments[0] == "aq", (_, command) =>
        {
            seen = command;
            return Task.FromResult(ScriptedSsh.Result(0));
        });

        await _client.ChangeAsync(["del_host", "--hostname", "hv1.example.org"], Stop);
        Assert.Equal(["aq", "del_host", "--hostname", "hv1.example.org", "--justification", "tcm=1"], seen!.Arguments);
        Assert.Equal(("broker.example.org", "aqd", "/opt/aquilon/bin:/var/quattor/bin:/usr/local/bin:/usr/bin:/bin", "C"), (seen.Environment["AQHOST"], seen.Environment["AQSERVICE"], seen.Environment["PATH"], seen.Environment["LC_ALL"]));

        await _client.ReadAsync(["show_host", "--hostname", "hv1.example.org"], Stop);
        Assert.Equal(["aq", "show_host", "--hostname", "hv1.example.org"], seen.Arguments);
    }

    [Theory]
    [InlineData(4, "Not Found: b'Host hv1 not found.'\n", 404, "aq x: Not Found: Host hv1 not found.")]
    [InlineData(4, "Approval Warning: late\nBad Request: Cannot change state to build from ready.\n", 400, "aq x: Bad Request: Cannot change state to build from ready.")]
    [InlineData(4, "Bad Request: b\"Invalid hosts in list:\\nHost hv1 has no bootserver.\"\n", 400, "aq x: Bad Request: Invalid hosts in list:\nHost hv1 has no bootserver.")]
    [InlineData(5, "Internal Server Error: Command 'aii-installfe' failed\nand more\n", 500, "aq x: Internal Server Error: Command 'aii-installfe' failed\nand more")]
    [InlineData(5, "Service Unavailable: retry\n", 503, "aq x: Service Unavailable: retry")]
    [InlineData(1, "Failed to connect to broker.example.org port 6900: Connection refused.\n", 0, "Connection refused")]
    [InlineData(2, "usage\n\nError: no such option: --colour\n", 0, "no such option: --colour")]
    public async Task The_reason_on_standard_error_says_what_failed_and_that_nothing_was_changed(int exit, string error, int status, string message)
    {
        _ssh.On((_, command) => command.Arguments[0] == "aq", (_, _) => Task.FromResult(ScriptedSsh.Result(exit, error: error)));

        var failure = await Assert.ThrowsAsync<ServiceException>(() => Plain().ChangeAsync(["x"], Stop));

        Assert.Equal(status, failure.StatusCode);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(1, "Error: IncompleteRead(0 bytes read): b''\n")]
    [InlineData(2, "Multi-Status: The following failed:\nhv1\n")]
    [InlineData(5, "Gateway Timeout: b''\n")]
    [InlineData(137, "Killed\n")]
    public async Task A_change_whose_end_nobody_heard_is_unknown(int? exit, string error)
    {
        _ssh.On((_, command) => command.Arguments[0] == "aq", (_, _) => Task.FromResult(ScriptedSsh.Result(exit, error: error)));

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => _client.ChangeAsync(["del_host", "--hostname", "hv1.example.org"], Stop));
        await Assert.ThrowsAnyAsync<OpsException>(() => _client.ReadAsync(["show_host", "--hostname", "hv1.example.org"], Stop));
    }

    [Theory]
    [InlineData(4, "Unauthorized: Unauthorized access attempt by jdoe@R to del_host on /host/hv1.\n")]
    [InlineData(1, "Error: BadStatusLine(\"''\",): gss_init_sec_context: No Kerberos credentials available\n")]
    public async Task A_missing_right_or_ticket_is_no_access(int exit, string error)
    {
        _ssh.On((_, command) => command.Arguments[0] == "aq", (_, _) => Task.FromResult(ScriptedSsh.Result(exit, error: error)));

        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => _client.ChangeAsync(["del_host", "--hostname", "hv1.example.org"], Stop));
    }

    [Fact]
    public async Task A_client_that_is_not_there_names_the_setting()
    {
        var error = await Assert.ThrowsAsync<RemoteHostException>(() => _client.ReadAsync(["status"], Stop));

        Assert.Contains("aquilon.path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_is_asked_for_by_each_full_name_and_one_answer_is_the_host()
    {
        var client = Make(new AquilonConfiguration(), "hv1.a.example.org", "hv1", "hv1.b.example.org");
        NotFound("hv1.a.example.org");
        Found("hv1.b.example.org");

        var host = await client.HostAsync("hv1", Stop);

        Assert.Equal(("hv1", "hv1.b.example.org", "system12"), (host.HypervisorName, host.HostName, host.MachineName));
        Assert.Equal(["aq show_host --hostname hv1.a.example.org", "aq show_host --hostname hv1.b.example.org"], Asked());
    }

    [Fact]
    public async Task None_and_several_hosts_are_refused()
    {
        var client = Make(new AquilonConfiguration(), "hv1.a.example.org", "hv1.b.example.org");
        NotFound("hv1.a.example.org");
        NotFound("hv1.b.example.org");
        Assert.Equal("Aquilon has no host 'hv1.a.example.org' or 'hv1.b.example.org'. Correct the name, or host-identity.aquilon in the configuration.", (await Assert.ThrowsAsync<ObjectNotFoundException>(() => client.HostAsync("hv1", Stop))).Message);

        Found("hv1.a.example.org");
        Found("hv1.b.example.org");
        Assert.Contains("hv1 names 2 hosts in Aquilon: hv1.a.example.org, hv1.b.example.org.", (await Assert.ThrowsAsync<AmbiguousNameException>(() => client.HostAsync("hv1", Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_question_is_not_an_absent_host()
    {
        _ssh.On((_, command) => command.Arguments[0] == "aq", (_, _) => Task.FromResult(ScriptedSsh.Result(5, error: "Internal Server Error: database gone\n")));

        await Assert.ThrowsAsync<ServiceException>(() => _client.FindHostAsync("hv1.example.org", Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("$(id).example.org")]
    [InlineData("a;b.example.org")]
    [InlineData("hv1.example.org\n")]
    [InlineData("*.example.org")]
    [InlineData("hv1")]
    public async Task Names_that_could_be_something_else_are_never_sent(string name)
    {
        await Assert.ThrowsAnyAsync<OpsException>(() => _client.HostAsync(name, Stop));

        Assert.DoesNotContain(_ssh.Seen, line => line.Contains(" aq ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_name_must_be_the_only_one()
    {
        Assert.Equal("hv1.example.org", _client.NewNameOf("hv1.example.org"));
        Assert.Throws<AmbiguousNameException>(() => Make(new AquilonConfiguration(), "hv1.a.example.org", "hv1.b.example.org").NewNameOf("hv1"));
    }

    [Fact]
    public async Task A_dry_run_is_told_by_what_it_prints()
    {
        const string Line = "netbox2aquilon --hostname hv1.example.org --dryrun";
        _ssh.On(Line, "# aq add_machine --machine netbox-1 --model m\n# aq add_host --hostname hv1.example.org --machine netbox-1\n", 1, "All commands failed, nothing to undo\n");
        Assert.Equal(["add_machine", "add_host"], (await _client.PlanImportAsync(["--hostname", "hv1.example.org"], Stop)).Select(command => command[0]));

        _ssh.On(Line, "", 1, "No primary IP defined for host\n");
        Assert.Contains("No primary IP defined for host", (await Assert.ThrowsAsync<ServiceException>(() => _client.PlanImportAsync(["--hostname", "hv1.example.org"], Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_tells_version_identity_and_what_is_missing()
    {
        _ssh.On("aq status", "Aquilon Broker 1.12.94\nServer: broker\nConnected as: jdoe@R [nobody]\n");

        var probe = await _client.ProbeAsync(Stop);

        Assert.Equal(("1.12.94", "jdoe@R", "ssh://aq1"), (probe.Version, probe.Identity, probe.Address));
        Assert.Equal(["jdoe@R has the role nobody: it may only read. aq permission gives it another", "netbox2aquilon is not to be found on aq1: set aquilon.path, or aquilon.import to aq"], probe.MissingRights);
    }

    private IEnumerable<string> Asked() => _ssh.Seen.Select(line => line.Split(": ", 2)[1]).Where(line => line.StartsWith("aq ", StringComparison.Ordinal));

    private void Found(string name) => _ssh.On($"aq show_host --hostname {name}", $"Machine: system12\n  Primary Name: {name} [10.0.0.1]\n");

    private void NotFound(string name) => _ssh.On($"aq show_host --hostname {name}", exit: 4, error: $"Not Found: b'Host {name} not found.'\n");

    private AquilonClient Plain() => Make(new AquilonConfiguration());

    private AquilonClient Make(AquilonConfiguration configuration, params string[] names)
    {
        _ssh.On("klist -s").On("klist", "Default principal: jdoe@R\n\n11/20/26 08:00:00  11/20/26 18:00:00  krbtgt/R@R\n").On("date +%s", "1795161600\n");
        var login = new KerberosLogin(configuration, new SecretStore(new Redactor()), new FakeTimeProvider());
        return new AquilonClient(new RemoteHost(_ssh, new SshHost("aq1", "jdoe"), new RecordingLog()), login, configuration, target => names.Length > 0 ? names : new HostIdentity().Candidates("aquilon", target));
    }
}
