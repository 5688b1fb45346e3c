using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Services.Aquilon;

public sealed class KerberosLoginTests : IAsyncDisposable
{
    // 2026-11-20 08:00:00 UTC.
    private const string Now = "1795161600\n";
    private readonly ScriptedSsh _ssh = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLog _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    [Theory]
    [InlineData("Default principal: jdoe@R\n\nValid starting     Expires            Service principal\n11/20/26 08:00:00  11/20/26 18:00:00  krbtgt/R@R\n\trenew until 11/27/26 08:00:00\n")]
    [InlineData("Default principal: jdoe@R\n\nValid starting       Expires              Service principal\n11/20/2026 08:00:00  11/20/2026 18:00:00  krbtgt/R@R\n")]
    [InlineData("        Principal: jdoe@R\n\n  Issued                Expires               Principal\nNov 20 08:00:00 2026  Nov 20 18:00:00 2026  krbtgt/R@R\n")]
    [InlineData("Default principal: jdoe@R\n11/20/26 08:00:00  11/20/26 09:00:00  host/a@R\n11/20/26 08:00:00  11/20/26 18:00:00  krbtgt/R@R\n")]
    public void A_listing_tells_whose_ticket_it_is_and_when_it_ends(string listing)
        => Assert.Equal(("jdoe@R", new DateTime(2026, 11, 20, 18, 0, 0, DateTimeKind.Utc)), KerberosLogin.Parse(listing));

    [Fact]
    public async Task A_ticket_that_lasts_is_taken_as_it_is_and_looked_at_once()
    {
        HasTicket("18:00:00");
        using var login = Login(new AquilonConfiguration());

        var first = await login.EnsureAsync(Host, TimeSpan.FromMinutes(30), Stop);
        _time.Advance(TimeSpan.FromHours(1));
        var later = await login.EnsureAsync(Host, TimeSpan.FromMinutes(30), Stop);

        Assert.Equal((TimeSpan.FromHours(10), TimeSpan.FromHours(9), "jdoe@R"), (first.Remaining, later.Remaining, later.Principal));
        Assert.Equal(["jdoe@aq1: klist -s", "jdoe@aq1: klist", "jdoe@aq1: date +%s"], _ssh.Seen);
    }

    [Fact]
    public async Task A_password_goes_to_standard_input_and_never_to_the_arguments_or_the_log()
    {
        string? sent = null;
        _ssh.On("klist -s", exit: 1).On((_, command) => command.Arguments[0] == "kinit", (_, command) =>
        {
            sent = System.Text.Encoding.UTF8.GetString(command.Input!.Value.Span);
            HasTicket("18:00:00");
            return Task.FromResult(ScriptedSsh.Result(0, "Password for jdoe@R: "));
        });
        using var login = Login(new AquilonConfiguration { Username = "jdoe", Password = Secret.FromText("s3cret-word") });

        Assert.Equal("jdoe@R", (await login.EnsureAsync(Host, TimeSpan.FromMinutes(30), Stop)).Principal);

        Assert.Equal("s3cret-word\n", sent);
        Assert.Contains("jdoe@aq1: kinit jdoe", _ssh.Seen);
        Assert.DoesNotContain("s3cret-word", string.Join('\n', _ssh.Seen) + string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task A_refused_password_is_tried_once_a_session()
    {
        _ssh.On("klist -s", exit: 1).On("kinit jdoe", exit: 1, error: "kinit: Password incorrect while getting initial credentials");
        using var login = Login(new AquilonConfiguration { Username = "jdoe", Password = Secret.FromText("wrong") });

        var first = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => login.EnsureAsync(Host, TimeSpan.Zero, Stop));
        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => login.EnsureAsync(Host, TimeSpan.Zero, Stop));

        Assert.Contains("Password incorrect", first.Message, StringComparison.Ordinal);
        Assert.Single(_ssh.Seen, line => line.Contains("kinit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_keytab_gives_a_ticket_and_an_existing_one_is_renewed()
    {
        HasTicket("08:10:00");
        using (var login = Login(new AquilonConfiguration { Username = "jdoe", Keytab = "/home/jdoe/.keytab", Principal = "jdoe@R" }))
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => login.EnsureAsync(Host, TimeSpan.FromMinutes(30), Stop));
        Assert.Contains("jdoe@aq1: kinit -k -t /home/jdoe/.keytab jdoe@R", _ssh.Seen);

        using var existing = Login(new AquilonConfiguration());
        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => existing.EnsureAsync(Host, TimeSpan.FromMinutes(30), Stop));
        Assert.Contains("jdoe@aq1: kinit -R", _ssh.Seen);
        Assert.Equal("The Kerberos ticket of jdoe@R on aq1 is good for 10 min more, and 30 min are needed. Run kinit there, or lower aquilon.minimum-ticket-lifetime.", error.Message);
        Assert.Equal(TimeSpan.FromMinutes(10), (await existing.EnsureAsync(Host, TimeSpan.Zero, Stop)).Remaining);
    }

    [Fact]
    public async Task Without_ticket_keytab_or_password_it_says_what_to_do()
    {
        _ssh.On("klist -s", exit: 1);
        using var login = Login(new AquilonConfiguration());

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => login.EnsureAsync(Host, TimeSpan.Zero, Stop));

        Assert.Equal("There is no Kerberos ticket on aq1, and aq needs one. Log in there and run kinit, or set aquilon.keytab, or aquilon.login to password.", error.Message);
    }

    private RemoteHost Host => new(_ssh, new SshHost("aq1", "jdoe"), _log);

    private KerberosLogin Login(AquilonConfiguration configuration) => new(configuration, new SecretStore(new Redactor()), _time);

    private void HasTicket(string until) => _ssh.On("klist -s").On("klist", $"Default principal: jdoe@R\n\n11/20/26 08:00:00  11/20/26 {until}  krbtgt/R@R\n").On("date +%s", Now).On("kinit -k -t /home/jdoe/.keytab jdoe@R").On("kinit -R");
}
