using System.Security;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using static PlatformOps.Core.Tests.Configuration.OriginalSections;

namespace PlatformOps.Core.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private const UnixFileMode OwnerReadsAll = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string OriginalFile = """
        openstack:
          username: os-user
          password: os-pass
        alertmanager:
          username: am-user
          password: am-pass
        netbox:
          api_token: nb-token
        jira:
          username: jira-user
          api_token: jira-token
        ssh:
          key_path: /home/ab/.ssh/id_rsa
          username: ab
          passphrase: phrase
        aquilon:
          username: aq-user
          password: aq-pass
        kayobe:
          nopassfile: /home/stack/nopass
          username: stack
          hostname: kayobe.example.org
          prod_env_path: /home/stack/env
        general:
          initials: AB
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_originals_file_loads_unchanged()
    {
        var configuration = Load(OriginalFile);

        Assert.Equal("AB", configuration.Initials);
        Assert.Equal("os-user", configuration.Section<OpenStackSection>().Username);
        Assert.Equal("am-user", configuration.Section<AlertmanagerConfiguration>().Username);
        Assert.Equal("/home/ab/.ssh/id_rsa", configuration.Section<SshConfiguration>().KeyPath);
        Assert.Equal("aq-user", configuration.Section<AquilonConfiguration>().Username);
        var kayobe = configuration.Section<KayobeConfiguration>();
        Assert.Equal(("/home/stack/nopass", "stack", "kayobe.example.org", "/home/stack/env"), (kayobe.NoPassFile, kayobe.Username, kayobe.Hostname, kayobe.ProdEnvPath));
        var store = new SecretStore(new Redactor());
        Assert.Equal("jira-token", await store.ResolveAsync(configuration.Section<JiraSection>().ApiToken!, TestContext.Current.CancellationToken));
        Assert.Equal("phrase", await store.ResolveAsync(configuration.Section<SshConfiguration>().Passphrase!, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_originals_file_loads_with_the_sections_of_the_house()
    {
        var configuration = new ConfigurationLoader(Registrations.Sections, Account()).Load(_folder.File("ops.yaml", OriginalFile));

        Assert.True(configuration.Has<OpenStackConfiguration>());
        Assert.True(configuration.Has<NetBoxConfiguration>());
        Assert.Equal("jira-user", configuration.Section<JiraConfiguration>().Username);
        Assert.Equal(7, configuration.Sections.Count);
    }

    [Fact]
    public void General_keys_are_read()
    {
        var configuration = Load("""
            environment: prod
            state-folder: state
            targets: { allow: [ "hv*" ], protected: bastion*, max: 3, max-unavailable: 1 }
            change-windows:
              - { days: [ mon, tue ], from: "08:00", to: "17:00", timezone: Europe/London }
            maintenance: { weeks: 2, days: wed, holidays: [ 2026-12-23 ] }
            runbooks: { folder: ~/books }
            host-identity: { nova: "${name}" }
            """);

        Assert.Equal("prod", configuration.Environment);
        Assert.Equal(Path.Combine(_folder.Path, "state"), configuration.StateFolder);
        Assert.Equal((3, 1), (configuration.Targets.Max, configuration.Targets.MaxUnavailable!.Value));
        Assert.Equal(new TimeOnly(8, 0), configuration.ChangeWindows[0].From);
        Assert.Equal(2, configuration.Maintenance.Weeks);
        Assert.Equal(Path.Combine(_folder.Path, "books"), configuration.Runbooks.Folder);
        Assert.Equal(["hv1"], configuration.HostIdentity.Candidates("nova", "hv1.example.org"));
    }

    [Fact]
    public async Task A_shared_ledger_is_read_and_needs_its_host()
    {
        var configuration = Load("ledger: postgres\npostgres: { host: ledger.example.org, username: ops, password: canary-ledger, lease: 1m }\n");

        Assert.Equal((LedgerKind.Postgres, "ledger.example.org", 5432, "platformops"), (configuration.Ledger, configuration.Postgres.Host, configuration.Postgres.Port, configuration.Postgres.Database));
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromHours(1)), (configuration.Postgres.Lease, configuration.Postgres.Patience));
        Assert.Equal("canary-ledger", await new SecretStore(new Redactor()).ResolveAsync(configuration.Postgres.Password!, TestContext.Current.CancellationToken));
        Assert.Equal(LedgerKind.Files, Load("").Ledger);
        Assert.Contains("postgres.host is needed", Assert.Throws<ConfigurationException>(() => Load("ledger: postgres\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_has_defaults_and_no_sections()
    {
        var configuration = Load("");

        Assert.Equal(("default", "jd", 10), (configuration.Environment, configuration.Initials, configuration.Targets.Max));
        Assert.Empty(configuration.Sections);
        Assert.Empty(configuration.ChangeWindows);
    }

    [Fact]
    public void A_section_with_nothing_in_it_is_there() => Assert.Null(Load("netbox:\n  # api-token: x\n").Section<NetBoxSection>().ApiToken);

    [Fact]
    public void A_missing_section_is_named_with_the_file()
    {
        var configuration = Load("environment: prod");

        Assert.False(configuration.Has<NetBoxSection>());
        var error = Assert.Throws<ConfigurationException>(() => configuration.Section<NetBoxSection>());
        Assert.StartsWith(configuration.Path + ": There is no section 'netbox'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_needed_is_asked_for_when_it_is()
    {
        var configuration = Load("netbox: {}");
        var section = configuration.Section<NetBoxSection>();

        var error = Assert.Throws<ConfigurationException>(() => configuration.Require(section.Url, "netbox.url", "the address of NetBox, such as https://netbox.example.org"));
        Assert.Contains("netbox.url is not set: the address of NetBox, such as https://netbox.example.org. Add it, or set the environment variable PLATFORMOPS__NETBOX__URL.", error.Message, StringComparison.Ordinal);
        Assert.Equal("x", configuration.Require("x", "a.b", "c"));
        Assert.Equal(1, configuration.Require((int?)1, "a.b", "c"));
    }

    [Theory]
    [InlineData("netbx: {}", ":1:1: The key 'netbx' is not known. Did you mean 'netbox'? Known here: environment, state-folder, ledger, postgres, general,")]
    [InlineData("netbox: { token: x }", ":1:11: The key 'netbox.token' is not known. Did you mean 'api-token'? Known here: url, api-token, page-size.")]
    [InlineData("netbox: text", "netbox must be a mapping of keys with values, not a single value.")]
    [InlineData("jira: {}\nJIRA: {}", ":2:1: 'JIRA' is here twice: it is the same key as 'jira' in line 1.")]
    [InlineData("change-windows: [ { timezone: Mars/Olympus } ]", "change-windows[0]: the time zone 'Mars/Olympus' is not known")]
    [InlineData("change-windows: [ { days: [] } ]", "change-windows[0].days: it must have at least 1 entries")]
    [InlineData("host-identity: { nova: '${serial}' }", "host-identity: '${serial}' for nova has an unknown placeholder. Known: ${fqdn}, ${name}, ${domain}.")]
    [InlineData("host-identity: { nova: hv }", "'hv' for nova has no placeholder")]
    [InlineData("host-identity: { nova: [] }", "nova has no pattern")]
    [InlineData("host-identity: { neutron: '${name}' }", "The key 'host-identity.neutron' is not known.")]
    [InlineData("targets: { max: 0 }", "targets.max: it must be from 1 to 100000, not 0.")]
    [InlineData("targets: { allow: [ '' ] }", "targets: a pattern is empty.")]
    [InlineData("environment: 'a b'", "environment: 'a b' does not match")]
    [InlineData("maintenance: { days: [] }", "maintenance.days: it must have at least 1 entries")]
    [InlineData("ssh: { transport: lab }", "ssh: transport is lab, so lab-url is needed.")]
    [InlineData("ssh: { transport: telnet }", "ssh.transport must be one of auto, sshnet, openssh, lab, not 'telnet'.")]
    [InlineData("ssh: { host-key-policy: none }", "one of strict, accept-new, pinned")]
    [InlineData("ssh: { port: 0 }", "ssh.port: it must be from 1 to 65535, not 0.")]
    [InlineData("ssh: { connect-timeout: 1d }", "ssh.connect-timeout: it must be from")]
    [InlineData("ssh: { via: https://bastion }", "ssh.via must be an address that begins with ssh://")]
    [InlineData("migration: { reason-template: '${new_os}' }", "migration: reason-template has the unknown placeholder")]
    [InlineData("migration: { reason-template: 'RL9 ${ticket}' }", "reason-template cannot have '${ticket}'")]
    [InlineData("migration: { device-statuses: [active] }", "device-statuses")]
    [InlineData("migration: { comment-per: phase }", "comment-per")]
    [InlineData("migration: { new-os: { id: rocky } }", "migration.new-os.version is missing.")]
    [InlineData("migration: { statuses: { drainnig: x } }", "Did you mean 'draining'?")]
    public void What_is_wrong_is_named_with_its_place(string yaml, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(yaml));

        Assert.StartsWith(Path.Combine(_folder.Path, "ops.yaml") + ":", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", SshTransportKind.Auto)]
    [InlineData("sshnet", SshTransportKind.SshNet)]
    [InlineData("openssh", SshTransportKind.OpenSsh)]
    public void Transports_are_named_as_documented(string text, object transport)
        => Assert.Equal(transport, Load($"ssh: {{ transport: {text} }}").Section<SshConfiguration>().Transport);

    [Fact]
    public void The_given_path_wins_over_the_variable_and_that_over_the_folder()
    {
        var loader = Loader();
        Assert.Equal(Path.Combine(_folder.Path, ".config", "platformops", "ops.yaml"), loader.FindPath());
        _variables["XDG_CONFIG_HOME"] = Path.Combine(_folder.Path, "xdg");
        Assert.Equal(Path.Combine(_folder.Path, "xdg", "platformops", "ops.yaml"), loader.FindPath());
        _variables["PLATFORMOPS_CONFIG"] = Path.Combine(_folder.Path, "var.yaml");
        Assert.Equal(Path.Combine(_folder.Path, "var.yaml"), loader.FindPath());
        Assert.Equal(Path.Combine(_folder.Path, "given.yaml"), loader.FindPath("~/given.yaml"));
    }

    [Fact]
    public void On_Windows_it_is_in_the_roaming_profile()
    {
        _variables["APPDATA"] = Path.Combine(_folder.Path, "Roaming");

        Assert.Equal(Path.Combine(_folder.Path, "Roaming", "PlatformOps", "ops.yaml"), Loader(isWindows: true).FindPath());
    }

    [Fact]
    public void A_relative_XDG_folder_is_ignored()
    {
        _variables["XDG_CONFIG_HOME"] = "relative";

        Assert.Equal(Path.Combine(_folder.Path, ".config", "platformops", "ops.yaml"), Loader().FindPath());
    }

    [Fact]
    public void The_working_directory_is_never_looked_in()
    {
        var name = Guid.NewGuid().ToString("N");
        Assert.DoesNotContain(Environment.CurrentDirectory, Loader().FindPath(), StringComparison.Ordinal);
        Assert.Contains("Initialize-PlatformOps", Assert.Throws<ConfigurationException>(() => Loader().Load()).Message, StringComparison.Ordinal);
        Assert.Contains(name, Assert.Throws<ConfigurationException>(() => Loader().Load(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_or_a_pipe_is_no_configuration()
    {
        Assert.Contains("not a regular file", Assert.Throws<ConfigurationException>(() => Loader().Load(_folder.Path)).Message, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Contains("not a regular file", Assert.Throws<ConfigurationException>(() => Loader().Load("/dev/zero")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_inline_secret_in_a_file_that_others_can_read_is_refused_with_the_command()
    {
        SkipOnWindows();
        var path = _folder.File("ops.yaml", "environment: prod\nnetbox:\n  api-token: inline-text\n", OwnerReadsAll | UnixFileMode.GroupRead);

        var error = Assert.Throws<ConfigurationException>(() => Loader().Load(path));
        Assert.Equal($"{path}:3:14: Others may read this file, and there is a secret in it. Run: chmod 600 {path}", error.Message);
    }

    [Fact]
    public void References_in_a_file_that_others_can_read_are_fine()
    {
        var path = _folder.File("ops.yaml", "netbox: { api-token: { env: NETBOX_TOKEN } }", OwnerReadsAll | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Assert.Equal("env:NETBOX_TOKEN", Loader().Load(path).Section<NetBoxSection>().ApiToken!.ToString());
    }

    [Fact]
    public void A_secret_from_the_environment_does_not_make_the_file_secret()
    {
        _variables["PLATFORMOPS__NETBOX__API_TOKEN"] = "text";

        Assert.True(Loader().Load(_folder.File("ops.yaml", "netbox: {}", OwnerReadsAll | UnixFileMode.OtherRead)).Has<NetBoxSection>());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_can_write_is_refused(UnixFileMode mode)
    {
        SkipOnWindows();
        var path = _folder.File("ops.yaml", "environment: prod", OwnerReadsAll | mode);

        Assert.Equal($"{path}: Others may write to it. Run: chmod 600 {path}", Assert.Throws<ConfigurationException>(() => Loader().Load(path)).Message);
    }

    [Fact]
    public void A_path_in_a_command_is_quoted()
    {
        SkipOnWindows();
        var path = _folder.File("it's mine.yaml", "environment: prod", OwnerReadsAll | UnixFileMode.OtherWrite);

        Assert.EndsWith($"chmod 600 '{path.Replace("'", "'\\''", StringComparison.Ordinal)}'", Assert.Throws<ConfigurationException>(() => Loader().Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_user_is_refused()
    {
        SkipOnWindows();
        var path = _folder.File("ops.yaml", "environment: prod");
        var status = UnixFileStatus.Of(path);
        Assert.SkipWhen(status is null, "the platform does not tell owners");
        Assert.Equal(UnixFileStatus.CurrentUser, status!.Owner);
        Assert.SkipWhen(UnixFileStatus.CurrentUser != 0, "only root can give a file away");

        await ChildProcess.RunAsync(new ChildCommand("chown", ["12345", path]), TestContext.Current.CancellationToken);
        Assert.Contains("It belongs to another user (id 12345)", Assert.Throws<ConfigurationException>(() => Loader().Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_win_over_variables_and_those_over_the_file()
    {
        const string Text = "netbox: { url: 'https://file', page_size: 1 }\nenvironment: file";
        Assert.Equal("https://file/", Load(Text).Section<NetBoxSection>().Url!.ToString());
        _variables["PLATFORMOPS__NETBOX__URL"] = "https://variable";
        _variables["PLATFORMOPS__NETBOX__PAGE_SIZE"] = "2";
        _variables["PLATFORMOPS__ENVIRONMENT"] = "variable";
        var configuration = Load(Text);
        Assert.Equal(("https://variable/", 2, "variable"), (configuration.Section<NetBoxSection>().Url!.ToString(), configuration.Section<NetBoxSection>().PageSize, configuration.Environment));

        configuration = Load(Text, new() { ["netbox.url"] = new Uri("https://parameter"), ["NetBox.page-size"] = 3 });
        Assert.Equal(("https://parameter/", 3, "variable"), (configuration.Section<NetBoxSection>().Url!.ToString(), configuration.Section<NetBoxSection>().PageSize, configuration.Environment));
    }

    [Fact]
    public async Task An_override_can_make_a_section_and_a_reference()
    {
        _variables["PLATFORMOPS__NETBOX__API_TOKEN__ENV"] = "ELSEWHERE";
        using var typed = new SecureString();
        typed.AppendChar('s');
        typed.AppendChar('3');
        var configuration = Load("jira:", new() { ["jira.api-token"] = typed, ["openstack.password"] = Secret.FromText("given"), ["targets.max"] = 5 });

        Assert.Equal("env:ELSEWHERE", configuration.Section<NetBoxSection>().ApiToken!.ToString());
        Assert.Equal(5, configuration.Targets.Max);
        var store = new SecretStore(new Redactor());
        Assert.Equal("s3", await store.ResolveAsync(configuration.Section<JiraSection>().ApiToken!, TestContext.Current.CancellationToken));
        Assert.Equal("given", await store.ResolveAsync(configuration.Section<OpenStackSection>().Password!, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("PLATFORMOPS__NETBOX__URI", "x", "environment variable PLATFORMOPS__NETBOX__URI: The key 'netbox.uri' is not known. Did you mean 'url'?")]
    [InlineData("PLATFORMOPS__NETBX__URL", "x", "environment variable PLATFORMOPS__NETBX__URL: The key 'netbx' is not known. Did you mean 'netbox'?")]
    [InlineData("PLATFORMOPS__NETBOX__URL", "netbox", "environment variable PLATFORMOPS__NETBOX__URL: netbox.url must be an address")]
    [InlineData("PLATFORMOPS__NETBOX__PAGE_SIZE", "many", "environment variable PLATFORMOPS__NETBOX__PAGE_SIZE: netbox.page-size must be a whole number")]
    [InlineData("PLATFORMOPS__TARGETS__MAX", "0", "environment variable PLATFORMOPS__TARGETS__MAX: targets.max: it must be from 1")]
    [InlineData("PLATFORMOPS__NETBOX", "x", "environment variable PLATFORMOPS__NETBOX: netbox must be a mapping")]
    [InlineData("PLATFORMOPS__ENVIRONMENT__X", "x", "'environment' is a single value in the configuration")]
    [InlineData("PLATFORMOPS__", "x", "A part of the key is empty")]
    [InlineData("PLATFORMOPS__NETBOX____URL", "x", "A part of the key is empty")]
    public void A_wrong_variable_is_named_as_the_place(string name, string value, string expected)
    {
        _variables[name] = value;

        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => Load("environment: prod\nnetbox: {}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_variable_is_not_set()
    {
        _variables["PLATFORMOPS__NETBOX__URL"] = "";

        Assert.Empty(Load("").Sections);
    }

    [Fact]
    public void A_wrong_parameter_is_named_as_the_place()
    {
        Assert.StartsWith("parameter netbox.urll: The key 'netbox.urll' is not known. Did you mean 'url'?", Assert.Throws<ConfigurationException>(() => Load("", new() { ["netbox.urll"] = "x" })).Message, StringComparison.Ordinal);
        Assert.StartsWith("parameter netbox.url: netbox.url is not a secret", Assert.Throws<ConfigurationException>(() => Load("", new() { ["netbox.url"] = Secret.FromText("x") })).Message, StringComparison.Ordinal);
        Assert.StartsWith("parameter netbox.url: A Object cannot be a value", Assert.Throws<ConfigurationException>(() => Load("", new() { ["netbox.url"] = new object() })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vault_values_are_opened_with_the_top_level_password()
    {
        _variables["VAULT"] = "pw";
        var path = _folder.File("ops.yaml", $"ansible-vault-password: {{ env: VAULT }}\nnetbox:\n  api-token: {AnsibleVault.ProtectYamlValue("inner-secret", "pw", indent: 4)}", OwnerReadsAll | UnixFileMode.OtherRead);

        var configuration = Loader().Load(path);
        var store = new SecretStore(new Redactor(), Account());
        Assert.Equal("inner-secret", await store.ResolveAsync(configuration.Section<NetBoxSection>().ApiToken!, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_state_folder_is_the_variables_then_the_files_then_the_platforms()
    {
        Assert.Equal(Path.Combine(_folder.Path, ".local", "state", "platformops"), Load("").StateFolder);
        _variables["XDG_STATE_HOME"] = Path.Combine(_folder.Path, "xdg");
        Assert.Equal(Path.Combine(_folder.Path, "xdg", "platformops"), Load("").StateFolder);
        Assert.Equal(Path.Combine(_folder.Path, "own"), Load("state-folder: ~/own").StateFolder);
        _variables["PLATFORMOPS_STATE"] = Path.Combine(_folder.Path, "var");
        Assert.Equal(Path.Combine(_folder.Path, "var"), Load("state-folder: ~/own").StateFolder);
    }

    private static void SkipOnWindows()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Unix permissions");
    }

    private UserEnvironment Account(bool isWindows = false) => new() { Variables = _variables, HomeFolder = _folder.Path, UserName = "jane.doe", IsWindows = isWindows };

    private ConfigurationLoader Loader(bool isWindows = false) => new(All, Account(isWindows));

    private OpsConfiguration Load(string yaml, Dictionary<string, object>? overrides = null) => Loader().Load(_folder.File("ops.yaml", yaml), overrides);
}
