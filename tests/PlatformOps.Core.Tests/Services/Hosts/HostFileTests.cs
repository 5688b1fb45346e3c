using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Hosts;

public sealed class HostFileTests
{
    private const string Path = "/etc/issue.ops";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_written_once_with_owner_and_mode_and_again_only_where_it_differs()
    {
        await using var lab = await StartAsync();
        var wanted = new HostFileParameters { Path = Path, Content = "hello\n", Owner = "nova", Group = "nova", Mode = "0640" };

        Assert.Equal(StepOutcome.Done, (await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, wanted)).Outcome);
        Assert.Equal("640 nova nova\n", await HostLab.RunAsync(lab.Session, 1, "stat", "-c", "%a %U %G", Path));
        Assert.Equal("hello\n", await HostLab.RunAsync(lab.Session, 1, "cat", Path));
        var writes = (await lab.WritesAsync()).Count;
        Assert.Equal(StepOutcome.Unchanged, (await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, wanted)).Outcome);
        Assert.Equal(writes, (await lab.WritesAsync()).Count);

        await HostLab.RunAsync(lab.Session, 1, "chmod", "0644", Path);
        Assert.Equal(StepOutcome.Done, (await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, wanted)).Outcome);
        Assert.Equal("640\n", await HostLab.RunAsync(lab.Session, 1, "stat", "-c", "%a", Path));
    }

    [Fact]
    public async Task Undo_puts_the_old_file_back_with_its_owner_and_mode_and_takes_away_what_was_not_there()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/etc/old"] = "old\n" } });
        await HostLab.RunAsync(lab.Session, 1, "chmod", "0600", "/etc/old");
        await HostLab.RunAsync(lab.Session, 1, "chown", "nova:nova", "/etc/old");

        await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = "/etc/old", Content = "new\n" });
        await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = Path, Content = "x\n" });
        var ends = await UndoAsync(lab);

        Assert.Equal([StepOutcome.Undone, StepOutcome.Undone], ends);
        Assert.Equal("600 nova nova\n", await HostLab.RunAsync(lab.Session, 1, "stat", "-c", "%a %U %G", "/etc/old"));
        Assert.Equal("old\n", await HostLab.RunAsync(lab.Session, 1, "cat", "/etc/old"));
        await Assert.ThrowsAsync<RemoteHostException>(() => HostLab.RunAsync(lab.Session, 1, "cat", Path));
    }

    [Fact]
    public async Task Undo_leaves_a_file_that_somebody_changed_since()
    {
        await using var lab = await StartAsync();
        await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = Path, Content = "x\n" });
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { [Path] = "theirs\n" } });

        Assert.Equal([StepOutcome.Drifted], await UndoAsync(lab));
        Assert.Equal("theirs\n", await HostLab.RunAsync(lab.Session, 1, "cat", Path));
    }

    [Fact]
    public async Task The_journal_has_the_digest_of_the_old_file_and_not_its_content()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/etc/old"] = "confidential\n" } });

        var record = await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = "/etc/old", Content = "new\n" });

        Assert.Contains(RemoteFile.DigestOf("confidential\n"), record.Before);
        await lab.Session.Effects.ExitAsync();
        foreach (var file in Directory.EnumerateFiles(lab.Session.Configuration.StateFolder, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("confidential", await File.ReadAllTextAsync(file, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_no_file_and_a_full_disk_leaves_the_old_one()
    {
        await using var lab = await StartAsync();
        await Assert.ThrowsAsync<RefusedException>(() => HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = "/etc", Content = "x" }));

        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/etc/old"] = "old\n" }, diskFull = true });
        await Assert.ThrowsAsync<RemoteHostException>(() => HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = "/etc/old", Content = "new\n" }));
        Assert.Equal("old\n", await HostLab.RunAsync(lab.Session, 1, "cat", "/etc/old"));
    }

    [Fact]
    public async Task A_drop_in_the_middle_is_found_out_by_looking()
    {
        await using var lab = await StartAsync();
        await lab.FaultAsync(new { service = "ssh", effect = "ssh-drop", call = "*ops-put*", count = 1 });

        var record = await HostLab.ApplyAsync(lab.Session, new HostFileChange(), 1, new HostFileParameters { Path = Path, Content = "x\n" });

        Assert.Equal(StepOutcome.Done, record.Outcome);
        Assert.Equal("x\n", await HostLab.RunAsync(lab.Session, 1, "cat", Path));
    }

    [Fact]
    public async Task A_compute_id_is_put_back_after_a_reinstall_and_taken_back_by_undo()
    {
        await using var lab = await StartAsync();
        var id = Guid.Parse((await HostLab.RunAsync(lab.Session, 1, "cat", "/var/lib/nova/compute_id")).Trim());
        var parameters = new ComputeIdParameters { Id = id, Paths = ["/var/lib/nova/compute_id", "/etc/nova/compute_id"] };
        await HostLab.RunAsync(lab.Session, 1, "rm", "-rf", "/var/lib/nova");

        var plan = await HostLab.PlanAsync(lab.Session, new ComputeIdChange(), 1, parameters);
        Assert.Equal("/var/lib/nova/compute_id absent, /etc/nova/compute_id absent", plan.Before);
        Assert.Equal(StepOutcome.Done, (await HostLab.ApplyAsync(lab.Session, new ComputeIdChange(), 1, parameters)).Outcome);

        Assert.Equal($"{id}\n{id}\n", await HostLab.RunAsync(lab.Session, 1, "cat", "/var/lib/nova/compute_id", "/etc/nova/compute_id"));
        Assert.Equal("644\n", await HostLab.RunAsync(lab.Session, 1, "stat", "-c", "%a", "/etc/nova/compute_id"));
        Assert.Equal(StepOutcome.Unchanged, (await HostLab.ApplyAsync(lab.Session, new ComputeIdChange(), 1, parameters)).Outcome);
        Assert.Equal([StepOutcome.Undone], await UndoAsync(lab));
        await Assert.ThrowsAsync<RemoteHostException>(() => HostLab.RunAsync(lab.Session, 1, "cat", "/etc/nova/compute_id"));
    }

    [Theory]
    [InlineData("/var/lib/nova/compute_id", "6f8c1a52-0000-4000-8000-000000000001")]
    // Also where it was not asked for: nova-compute would find two.
    [InlineData("/etc/nova/compute_id", "6f8c1a52-0000-4000-8000-000000000001")]
    [InlineData("/var/lib/nova/compute_id", "garbage")]
    [InlineData("/var/lib/nova/compute_id", "")]
    public async Task Another_compute_id_is_refused_with_both_shown_and_stays(string path, string present)
    {
        await using var lab = await StartAsync();
        await HostLab.RunAsync(lab.Session, 1, "rm", "-f", "/var/lib/nova/compute_id");
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { [path] = present } });
        var id = Guid.NewGuid();

        var error = await Assert.ThrowsAsync<RefusedException>(() => HostLab.ApplyAsync(lab.Session, new ComputeIdChange(), 1, new ComputeIdParameters { Id = id }));

        Assert.Contains($"{path} on hv01.lab.example holds '{present}', and {id}", error.Message);
        Assert.Equal(present, await HostLab.RunAsync(lab.Session, 1, "cat", path));
    }

    private static Task<PhaseLab> StartAsync() => PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 1, VirtualMachines = 0, Speed = 3600 });

    private static async Task<List<StepOutcome>> UndoAsync(PhaseLab lab)
    {
        var run = await lab.Session.Effects.ExitAsync();
        var outcomes = new List<StepOutcome>();
        await foreach (var record in lab.Session.Runner().UndoAsync(run!, new UndoOptions(SessionScope.Person) { Target = HostLab.Target(1).Name }, Stop))
            outcomes.Add(record.Outcome);
        return outcomes;
    }
}
