using System.Runtime.Versioning;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Ssh.OpenSsh;
using PlatformOps.Errors;
using PlatformOps.Peers.Tests.Ssh;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Peers.Tests.Kayobe;

/// <summary>Our limits, scripts and reading of recaps against real Ansible, bash, flock and git on a real sshd. Kayobe itself is a script that hands on to ansible-playbook, as it does.</summary>
[SupportedOSPlatform("linux")]
public sealed class KayobePeerTests : IAsyncLifetime
{
    private const string Password = "pä$$ 'word'";

    private readonly RecordingLog _log = new();
    private SshdFarm? _farm;
    private SshdHost? _sshd;
    private OpenSshTransport? _ssh;
    private KayobeClient? _kayobe;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Prod => Path.Combine(_farm!.Folder, "prod");

    private string Checkout => Path.Combine(Prod, "src/kayobe-config");

    private KayobeClient Kayobe => _kayobe!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(ProgramPath.Find("ansible-playbook") is null, "ansible-playbook is not installed (Debian package ansible-core)");
        Assert.SkipWhen(ProgramPath.Find("git") is null, "git is not installed");
        Assert.SkipUnless(Directory.Exists("/proc/self") && Directory.Exists("/dev/shm"), "not a Linux with /dev/shm");
        _farm = await SshdFarm.StartAsync();
        _sshd = await _farm.AddAsync();
        var home = Directory.CreateDirectory(Path.Combine(_farm.Folder, "home")).FullName;
        _sshd.Options = [$"SetEnv=HOME={home} PATH=/usr/bin:/bin"];
        MakeInstallation();
        _ssh = _farm.Transport();
        _kayobe = new KayobeClient(
            log => new RemoteHost(_ssh, _sshd.Address, log),
            new KayobePaths("127.0.0.1", Path.Combine(Prod, "venvs/kayobe"), Checkout),
            new KayobeConfiguration { VaultPassword = Secret.FromText(Password), Branch = "main", Timeout = TimeSpan.FromMinutes(5) },
            new SecretStore(new Redactor()),
            target => new[] { target, target.Split('.')[0] }.Distinct().ToList());
    }

    public async ValueTask DisposeAsync()
    {
        if (_ssh is not null)
            await _ssh.DisposeAsync();
        if (_farm is not null)
            await _farm.DisposeAsync();
    }

    [Fact]
    public async Task Names_are_resolved_and_groups_unknown_hosts_and_the_control_host_are_refused()
    {
        Assert.Equal("19.1.0", (await Kayobe.InstallationAsync(_log, Stop)).Version);
        Assert.Equal(["h2", "h1.example"], await Kayobe.ResolveAsync(["h2.example", "h1.example"], _log, Stop));
        Assert.Equal(["h1.example", "h2", "h3"], await Kayobe.GroupAsync("compute", _log, Stop));

        Assert.Contains("is a group", (await RefusedAsync("compute")).Message);
        Assert.Contains("no host gone.example or gone", (await RefusedAsync("gone.example")).Message);
        // Ansible itself would work on each of these.
        foreach (var odd in new[] { "localhost", "all", "!h2", "~h.*", "h*", "", "h2:h3" })
            await RefusedAsync(odd);
        await Assert.ThrowsAsync<RefusedException>(() => Kayobe.GroupAsync("empty", _log, Stop));
    }

    [Fact]
    public async Task A_limited_playbook_reaches_its_hosts_alone_and_what_it_ignores_and_rescues_is_no_failure()
    {
        Assert.Empty((await RunAsync("work.yml", "h1.example")).Problems);

        var result = await RunAsync("work.yml", "h1.example", "h2");

        Assert.Equal(2, result.ExitStatus);
        Assert.Equal(["h1.example", "h2"], result.Recaps.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((1, 1, 0), (result.Recaps["h1.example"].Ignored, result.Recaps["h1.example"].Rescued, result.Recaps["h1.example"].Failed));
        Assert.StartsWith("h2 failed in TASK [Boom] (ok=0 ", result.Problems[0]);
        Assert.StartsWith("exit 2", result.Problems[1]);
        Assert.DoesNotContain(_log.Lines, line => line.Contains('\x1b'));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_is_not_reached_is_told_as_that()
    {
        var result = await RunAsync("work.yml", "h3");

        Assert.Equal(4, result.ExitStatus);
        Assert.Equal("h3 was unreachable in TASK [Ignored]", result.Problems[0]);
    }

    [Fact]
    public async Task A_play_that_matches_none_of_the_limit_exits_with_0_and_is_a_failure()
    {
        var result = await RunAsync("others.yml", "h2");

        Assert.Equal(0, result.ExitStatus);
        Assert.Equal(["the PLAY RECAP is empty: no host was worked on"], result.Problems);
    }

    [Fact]
    public async Task A_limit_that_matches_no_host_has_no_recap()
    {
        var result = await RunAsync("work.yml", "gone");

        Assert.Equal("there is no PLAY RECAP: it did not come to its end", result.Problems[0]);
    }

    [Fact]
    public async Task Variables_reach_the_playbook_as_they_are()
    {
        var value = "a 'b' \"c\" $HOME $(id) é=1";
        var state = await StateAsync("echo.yml", ["-e", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["text"] = value })], "h2");

        var result = await Kayobe.RunAsync(Key(), state, null, _log, Stop);

        Assert.Empty(result.Problems);
        Assert.Contains(_log.Lines, line => line.Contains("a 'b' \\\"c\\\" $HOME $(id) é=1", StringComparison.Ordinal) || line.Contains("a 'b' \\\"c\\\" $HOME $(id) \\u00e9=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_at_a_time_holds_the_checkout()
    {
        var marks = Path.Combine(Prod, "marks");
        var first = RunAsync("slow.yml", "h2");
        while (!File.Exists(marks))
            await Task.Delay(10, Stop);

        Assert.True((await RunAsync("slow.yml", "h1.example")).IsOccupied);
        await Kayobe.FreedAsync(_log, Stop);
        Assert.Equal(["begin", "end"], await File.ReadAllLinesAsync(marks, Stop));

        Assert.All([await first, await RunAsync("slow.yml", "h1.example")], result => Assert.Equal((false, 0), (result.IsOccupied, result.Problems.Count)));
        Assert.Equal(["begin", "end", "begin", "end"], await File.ReadAllLinesAsync(marks, Stop));
    }

    [Fact]
    public async Task A_checkout_that_is_behind_or_changed_is_seen()
    {
        await Kayobe.FetchAsync(_log, Stop);
        Assert.Null((await Kayobe.CheckoutAsync(_log, Stop)).Problem("main"));

        var other = Path.Combine(Prod, "other");
        Git(Prod, "clone", "-q", Path.Combine(Prod, "upstream.git"), other);
        Git(other, "commit", "-q", "--allow-empty", "-m", "newer");
        Git(other, "push", "-q", "origin", "main");
        Assert.Null((await Kayobe.CheckoutAsync(_log, Stop)).Problem("main"));
        await Kayobe.FetchAsync(_log, Stop);
        Assert.Equal("branch main is 1 commits behind origin/main", (await Kayobe.CheckoutAsync(_log, Stop)).Problem("main"));

        Git(Checkout, "merge", "-q", "origin/main");
        await File.AppendAllTextAsync(Path.Combine(Checkout, "kayobe-env"), "\n", Stop);
        Assert.Contains("1 files differ", (await Kayobe.CheckoutAsync(_log, Stop)).Problem("main"));
        Git(Checkout, "checkout", "-q", "--detach", "-f");
        Assert.Contains("on no branch", (await Kayobe.CheckoutAsync(_log, Stop)).Problem("main"));
    }

    private async Task<RefusedException> RefusedAsync(string name) => await Assert.ThrowsAsync<RefusedException>(() => Kayobe.ResolveAsync([name], _log, Stop));

    private async Task<KayobeResult> RunAsync(string playbook, params string[] hosts) => await Kayobe.RunAsync(Key(), await StateAsync(playbook, [], hosts), null, _log, Stop);

    private async Task<KayobeState> StateAsync(string playbook, string[] options, params string[] hosts)
        => new(await Kayobe.LimitedAsync(["playbook", "run", $"{Checkout}/etc/kayobe/ansible/{playbook}"], HostLimit.Of(hosts), options, [], _log, Stop), hosts);

    private static DetachedKey Key() => DetachedKey.Of(Guid.NewGuid().ToString(), "127.0.0.1", "kayobe");

    private void MakeInstallation()
    {
        Write("venvs/kayobe/bin/activate", $"export PATH={Prod}/venvs/kayobe/bin:$PATH\n");
        Write("venvs/kayobe/bin/kayobe", $$"""
            #!/bin/bash
            case "$*" in
              --version) echo 'kayobe 19.1.0'; exit ;;
              *--help) echo 'usage: kayobe playbook run [-h] [-l SUBSET]'; echo '  -l SUBSET, --limit SUBSET'; exit ;;
            esac
            [ "$KAYOBE_VAULT_PASSWORD" = "pä\$\$ 'word'" ] || { echo 'the vault stays shut'; exit 1; }
            [ "$1 $2" = 'playbook run' ] || exit 2
            shift 2
            exec ansible-playbook --inventory "$KAYOBE_CONFIG_PATH/inventory" "$@"
            """);
        File.SetUnixFileMode(Path.Combine(Prod, "venvs/kayobe/bin/kayobe"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Write("src/kayobe-config/kayobe-env", """
            KAYOBE_CONFIG_ROOT=$(dirname $(realpath ${BASH_SOURCE[0]}))
            echo "Using Kayobe config from $KAYOBE_CONFIG_ROOT"
            export KAYOBE_CONFIG_PATH=$KAYOBE_CONFIG_ROOT/etc/kayobe
            if [ "$#" -ge 1 ]; then
              echo 'an argument that is not for it'
              return 1
            fi
            export ANSIBLE_FORCE_COLOR=1

            """);
        const string Config = "src/kayobe-config/etc/kayobe/";
        Write(Config + "inventory/hosts", """
            [compute]
            h1.example ansible_connection=local ansible_python_interpreter=/usr/bin/python3
            h2 ansible_connection=local ansible_python_interpreter=/usr/bin/python3
            h3 ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_common_args="-o BatchMode=yes"
            [empty]
            """);
        Write(Config + "ansible/work.yml", """
            - hosts: compute
              gather_facts: false
              tasks:
              - name: Ignored
                command: "{{ '/bin/false' if inventory_hostname == 'h1.example' else '/bin/true' }}"
                ignore_errors: true
                when: inventory_hostname != 'h2'
              - name: Rescue
                when: inventory_hostname == 'h1.example'
                block:
                - name: Inner
                  command: /bin/false
                rescue:
                - name: Made up for
                  debug: { msg: done }
              - name: Boom
                command: /bin/false
                when: inventory_hostname == 'h2'
            - hosts: empty
              tasks: []
            """);
        Write(Config + "ansible/others.yml", "- hosts: empty\n  tasks: []\n");
        Write(Config + "ansible/echo.yml", "- hosts: compute\n  gather_facts: false\n  tasks:\n  - debug: { var: text }\n");
        Write(Config + "ansible/slow.yml", $"""
            - hosts: compute
              gather_facts: false
              tasks:
              - shell: echo begin >> {Prod}/marks; sleep 1; echo end >> {Prod}/marks
            """);
        Git(Prod, "init", "-q", "--bare", "-b", "main", "upstream.git");
        Git(Checkout, "init", "-q", "-b", "main");
        Git(Checkout, "add", "-A");
        Git(Checkout, "commit", "-q", "-m", "first");
        Git(Checkout, "remote", "add", "origin", Path.Combine(Prod, "upstream.git"));
        Git(Checkout, "push", "-q", "-u", "origin", "main");
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(Prod, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text + "\n");
    }

    private static void Git(string folder, params string[] arguments)
    {
        var result = ChildProcess.RunAsync(
            new ChildCommand("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", .. arguments]), Stop).GetAwaiter().GetResult();
        Assert.True(result.ExitCode == 0, result.ErrorText);
    }
}
