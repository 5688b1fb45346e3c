using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Migration;

public sealed class DossierTests : IDisposable
{
    private readonly TemporaryFolder _elsewhere = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _elsewhere.Dispose();

    [Theory]
    [InlineData(LabJiraKind.DataCenter)]
    [InlineData(LabJiraKind.Cloud)]
    public async Task It_is_found_at_the_ticket_by_who_has_another_state_folder(LabJiraKind jira)
    {
        await using var lab = await StartAsync(jira);
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        var original = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;
        await using var other = Elsewhere(lab);

        var found = await other.Get<DossierFinder>().RequireAsync(Context(other), Token);

        Assert.Equal((original.Host.SerialNumber, original.Host.ComputeId, original.RunId), (found.Host.SerialNumber, found.Host.ComputeId, found.RunId));
        Assert.Equal(original.Host.Disks!.Select(disk => disk.Serial), found.Host.Disks!.Select(disk => disk.Serial));
        // From now on it is there without the ticket.
        Assert.Equal(original.RunId, other.Get<DossierStore>().Latest("hv01.lab.example")?.RunId);
    }

    [Fact]
    public async Task What_is_here_serves_while_the_ticket_service_is_down()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.FaultAsync(new { service = "jira", effect = "status:404" });

        Assert.NotNull(await lab.Session.Get<DossierFinder>().FindAsync(Context(lab.Session), Token));
    }

    [Fact]
    public async Task Without_one_the_phase_to_run_is_named()
    {
        await using var lab = await StartAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => lab.Session.Get<DossierFinder>().RequireAsync(Context(lab.Session), Token));

        Assert.Contains("PreDrain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_hosts_dossier_at_the_ticket_is_refused()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(3));
        var theirs = lab.Session.Get<DossierStore>().Latest("hv03.lab.example")!;
        await lab.Session.Get<Core.Services.Jira.JiraClient>().AttachAsync("MH-101", "hv01.lab.example.dossier.x.json", await File.ReadAllBytesAsync(lab.Session.Get<DossierStore>().PathOf("hv03.lab.example", theirs.RunId), Token), Token);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => lab.Session.Get<DossierFinder>().FindAsync(Context(lab.Session), Token));

        Assert.Contains("of 'hv03.lab.example', not of hv01.lab.example", refused.Message, StringComparison.Ordinal);
    }

    // Whoever may attach a file to the ticket names neither a file nor a folder of ours.
    [Fact]
    public async Task A_dossier_from_the_ticket_writes_nowhere_else()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        var own = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;
        var text = await File.ReadAllTextAsync(lab.Session.Get<DossierStore>().PathOf("hv01.lab.example", own.RunId), Token);
        await lab.Session.Get<Core.Services.Jira.JiraClient>().AttachAsync("MH-101", "hv01.lab.example.dossier.x.json", Encoding.UTF8.GetBytes(text.Replace($"\"{own.RunId}\"", "\"../../../escaped\"", StringComparison.Ordinal)), Token);
        await using var other = Elsewhere(lab);

        var refused = await Assert.ThrowsAsync<SourceException>(() => other.Get<DossierFinder>().FindAsync(Context(other), Token));

        Assert.Contains("of a run that cannot be one: '../../../escaped'", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(other.Store.StateFolder)!, "escaped*", SearchOption.AllDirectories));
    }

    // What is attached becomes commands to Aquilon, and the name of a machine that is deleted there.
    [Fact]
    public async Task A_record_of_Aquilon_at_the_ticket_that_is_not_this_hypervisors_is_taken_by_nobody()
    {
        (string There, string Instead, string Says)[] forged =
        [
            ("\"host-name\":\"hv01", "\"host-name\":\"hv05", "is of the host 'hv05.lab.example'"),
            ("{\"schema\":1,\"hypervisor-name\":\"hv01", "{\"schema\":1,\"hypervisor-name\":\"hv02", "is of 'hv02.lab.example'"),
            ("\"run-id\":\"", "\"run-id\":\"../", "is of a run that cannot be one: '../"),
            ("\"run-id\":\"", "\"run-id\":null,\"was\":\"", "is of a run that cannot be one: ''"),
            ("\"machine-name\":\"", "\"machine-name\":\"--", "which is no name of one"),
            ("\"serial-number\":\"", "\"serial-number\":\"X", "with the serial number X"),
            ("\"taken-at\":\"20", "\"taken-at\":\"21", "later than the dossier itself"),
            ("\"interfaces\":[", "\"interfaces\":[null,", "as this version knows them"),
            ("{", "{{", "cannot be read"),
        ];
        await using var lab = await StartAsync();
        await PrepareAsync(lab);
        var own = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;
        HypervisorDossier Forged((string There, string Instead, string Says) what)
        {
            var record = own.AquilonRecord!.Replace(what.There, what.Instead, StringComparison.Ordinal);
            Assert.NotEqual(own.AquilonRecord, record);
            return own with { AquilonRecord = record, UpdatedAt = own.AsOf.AddSeconds(1) };
        }

        foreach (var one in forged)
            Assert.Contains(one.Says, Assert.Throws<SourceException>(() => RecordAquilon.Of(Forged(one), ["hv01.lab.example"], "a file")).Message, StringComparison.Ordinal);
        await AttachAsync(lab, Forged(forged[0]));
        await using var other = Elsewhere(lab);
        // Nor the next time.
        for (var time = 0; time < 2; time++)
            Assert.StartsWith("MH-101, attachment hv01.lab.example.dossier.x.json: ", (await Assert.ThrowsAsync<SourceException>(() => other.Get<DossierFinder>().FindAsync(Context(other), Token))).Message, StringComparison.Ordinal);
        Assert.Null(other.Get<DossierStore>().Latest("hv01.lab.example"));
        Assert.Null(other.Get<AquilonRecordStore>().FindOrLatest("hv01.lab.example", "none"));
    }

    [Fact]
    public async Task A_dossier_from_the_future_does_not_become_the_newest_for_good()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await AttachAsync(lab, lab.Session.Get<DossierStore>().Latest("hv01.lab.example")! with { UpdatedAt = DateTimeOffset.UtcNow.AddYears(5) });

        var refused = await Assert.ThrowsAsync<SourceException>(() => lab.Session.Get<DossierFinder>().FindAsync(Context(lab.Session), Token));

        Assert.Contains("still to come", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dossier_that_tells_of_no_run_is_an_error_for_people()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        var own = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;
        var text = await File.ReadAllTextAsync(lab.Session.Get<DossierStore>().PathOf("hv01.lab.example", own.RunId), Token);
        await AttachAsync(lab, text.Replace($"\"runId\": \"{own.RunId}\"", "\"runId\": null", StringComparison.Ordinal));

        await Assert.ThrowsAsync<SourceException>(() => lab.Session.Get<DossierFinder>().FindAsync(Context(lab.Session), Token));
    }

    [Fact]
    public async Task A_record_of_Aquilon_stays_that_of_the_run_that_took_it_and_comes_where_only_the_dossier_is()
    {
        await using var lab = await StartAsync();
        await PrepareAsync(lab);
        var own = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;
        var record = lab.Session.Get<AquilonRecordStore>().FindOrLatest("hv01.lab.example", "none")!;
        await AttachAsync(lab, own with { RunId = "another", UpdatedAt = own.AsOf.AddSeconds(1) });
        await using var other = Elsewhere(lab);

        await other.Get<DossierFinder>().FindAsync(Context(other), Token);
        Assert.Equal(record.TakenAt, other.Get<AquilonRecordStore>().Find("hv01.lab.example", record.RunId)?.TakenAt);

        // As after a crash between both.
        File.Delete(other.Get<AquilonRecordStore>().PathOf("hv01.lab.example", record.RunId));
        Assert.Equal("another", (await other.Get<DossierFinder>().FindAsync(Context(other), Token))?.RunId);
        Assert.Null(other.Get<AquilonRecordStore>().Find("hv01.lab.example", record.RunId));
        await ((Report)new DossierReport()).RunAsync(Context(other), new NoParameters(), Token);
        Assert.Equal(record.Restore, other.Get<AquilonRecordStore>().Find("hv01.lab.example", record.RunId)?.Restore);
    }

    [Fact]
    public async Task A_hypervisor_that_was_reinstalled_gets_no_dossier_that_would_hide_what_to_put_back()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string?> { ["/var/lib/nova/compute_id"] = "11111111-2222-4333-8444-555555555555\n" } });

        var refused = (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).Single(record => record.Outcome == StepOutcome.Failed);

        Assert.Equal("hypervisor.dossier", refused.Step);
        Assert.Contains("it was reinstalled since", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ticket_gets_what_a_later_attempt_at_a_phase_added()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.MoveServersAwayAsync(1);
        var serial = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!.Host.SerialNumber!;
        await SetSerialAsync(lab, "SOMEBODYELSE");
        Assert.Contains(await lab.RunAsync("PreReinstall", PhaseLab.Target(1)), record => record is { Step: "hypervisor.identity", Outcome: StepOutcome.Failed });
        await using (var other = Elsewhere(lab))
        {
            var first = await other.Get<DossierFinder>().RequireAsync(Context(other), Token);
            Assert.Equal((true, false), (first.BmcAddress is not null, first.AquilonRecord is not null));
        }

        await SetSerialAsync(lab, serial);
        var second = await lab.ResumeAsync();

        Assert.Contains(second, record => record is { Step: "ticket.dossier#2", Outcome: StepOutcome.Done });
        await using var another = Elsewhere(lab);
        Assert.NotNull((await another.Get<DossierFinder>().RequireAsync(Context(another), Token)).AquilonRecord);
        // What is here as it is there is not fetched.
        var log = new RecordingLog();
        await lab.Session.Get<DossierFinder>().RequireAsync(Context(lab.Session, log), Token);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task The_same_dossier_is_not_attached_twice()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(1, new { osId = "centos" });
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        var second = await lab.ResumeAsync();

        Assert.Contains(second, record => record is { Step: "ticket.dossier#2", Outcome: StepOutcome.Unchanged });
    }

    [Fact]
    public async Task Adoption_records_the_commit_that_the_host_is_configured_from()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { serversMoved = true, osVersion = "9.5" });

        var records = await lab.RunAsync("Adoption", PhaseLab.Target(1));

        var commit = records.Single(record => record.Step == "hypervisor.dossier.kayobe").After!;
        Assert.Contains(commit, records.Single(record => record.Step == "kayobe.checkout").Message, StringComparison.Ordinal);
        await using var other = Elsewhere(lab);
        Assert.Equal(commit, (await other.Get<DossierFinder>().RequireAsync(Context(other), Token)).KayobeCommit);
    }

    [Fact]
    public async Task Where_nova_compute_kept_no_identity_the_node_is_known_by_what_nova_calls_it()
    {
        await using var lab = await StartAsync();
        var expected = (await lab.Session.Get<Core.Services.OpenStack.NovaClient>().HypervisorAsync("hv01.lab.example", Token)).Id;
        await ForgetComputeIdAsync(lab);

        await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.Null(lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!.Host.ComputeId);
        Assert.Equal(expected, (await new DossierFacts().ReadAsync(Context(lab.Session), Token))["dossier.compute-id"]);
    }

    [Theory]
    [InlineData("8", null, "now rocky 9.4")]
    [InlineData("boot", null, "was started anew")]
    [InlineData(null, "11111111-2222-4333-8444-555555555555", "now it is 11111111")]
    [InlineData(null, null, null)]
    public async Task Without_a_compute_id_its_system_and_its_boot_tell_that_a_hypervisor_was_reinstalled(string? changed, string? computeId, string? says)
    {
        await using var lab = await StartAsync();
        await ForgetComputeIdAsync(lab);
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        if (changed == "8")
            await lab.SetHostAsync(1, new { osVersion = "9.4" });
        if (changed == "boot")
            await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/proc/sys/kernel/random/boot_id"] = "99999999-2222-4333-8444-555555555555\n" } });
        if (computeId is not null)
            await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/var/lib/nova/compute_id"] = computeId + "\n" } });

        var dossier = (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).Single(record => record.Step == "hypervisor.dossier");

        Assert.Equal(says is null ? StepOutcome.Done : StepOutcome.Failed, dossier.Outcome);
        if (says is not null)
            Assert.Contains(says, dossier.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/var/lib/nova/compute_id")]
    [InlineData("/etc/nova/compute_id")]
    public async Task The_compute_id_goes_back_to_where_it_was(string path)
    {
        await using var lab = await StartAsync();
        var id = (await lab.Session.Get<Core.Services.OpenStack.NovaClient>().HypervisorAsync("hv01.lab.example", Token)).Id;
        await ForgetComputeIdAsync(lab);
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { [path] = id + "\n" } });
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { serversMoved = true, osVersion = "9.5", files = new Dictionary<string, string?> { [path] = null } });

        var put = (await lab.RunAsync("Adoption", PhaseLab.Target(1))).Single(record => record.Step == "host.compute-id");

        Assert.Equal(StepOutcome.Done, put.Outcome);
        Assert.Equal(id + "\n", await Services.Hosts.HostLab.RunAsync(lab.Session, 1, "cat", path));
    }

    [Fact]
    public async Task A_hypervisor_that_is_the_same_compute_node_again_may_be_migrated_again()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/proc/sys/kernel/random/boot_id"] = "99999999-2222-4333-8444-555555555555\n" } });

        Assert.Equal(StepOutcome.Done, (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).Single(record => record.Step == "hypervisor.dossier").Outcome);
    }

    [Fact]
    public async Task A_machine_is_reinstalled_when_it_was_started_anew_with_the_system_that_it_was_to_get()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        lab.Rewrite(dossier => dossier with { ArmedBootId = dossier.Host.BootId });
        Task<WaitResult> LookAsync() => ((Wait)new ReinstalledWait()).LookAsync(Context(lab.Session), new ReinstalledParameters(Id: "rocky", Version: "9"), Token);

        var before = await LookAsync();
        await lab.RestartAsync(1);
        var restarted = await LookAsync();
        await lab.SetHostAsync(1, new { osVersion = "9.5" });
        var after = await LookAsync();

        Assert.Equal((false, false, true), (before.IsOver, restarted.IsOver, after.IsOver));
        Assert.Contains("was not restarted since", before.Message, StringComparison.Ordinal);
        Assert.Contains("and runs rocky 8", restarted.Message, StringComparison.Ordinal);
    }

    private static Task<PhaseLab> StartAsync(LabJiraKind jira = LabJiraKind.DataCenter)
        => PhaseLab.StartAsync(new LabOptions { Hypervisors = 6, VirtualMachines = 12, Speed = 3600, Jira = jira });

    // Empty, and handed to the installer.
    private static async Task PrepareAsync(PhaseLab lab)
    {
        (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
        await lab.MoveServersAwayAsync(1);
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
    }

    private static async Task AttachAsync(PhaseLab lab, HypervisorDossier dossier)
    {
        using var folder = new TemporaryFolder();
        var store = new DossierStore(lab.Session.Store.Files, folder.Path);
        store.Write(dossier);
        await AttachAsync(lab, await File.ReadAllTextAsync(store.PathOf(dossier.HypervisorName, dossier.RunId), Token));
    }

    private static Task AttachAsync(PhaseLab lab, string dossier)
        => lab.Session.Get<Core.Services.Jira.JiraClient>().AttachAsync("MH-101", "hv01.lab.example.dossier.x.json", Encoding.UTF8.GetBytes(dossier), Token);

    private SessionScope Elsewhere(PhaseLab lab) => lab.Open(new Dictionary<string, object> { ["state-folder"] = _elsewhere.Path });

    private static Task SetSerialAsync(PhaseLab lab, string serial) => lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/sys/class/dmi/id/product_serial"] = serial + "\n" } });

    private static Task ForgetComputeIdAsync(PhaseLab lab) => lab.SetHostAsync(1, new { files = new Dictionary<string, string?> { ["/var/lib/nova/compute_id"] = null } });

    private static ActionContext Context(SessionScope session, RecordingLog? log = null) => new()
    {
        Target = MigrationRun.TargetOf(PhaseLab.Target(1)),
        Run = session.Identity("test"),
        Step = "test",
        Clients = session,
        Time = session.Time,
        Log = log ?? new RecordingLog(),
    };
}
