using PlatformOps.Core.Services.Kayobe;

namespace PlatformOps.Core.Tests.Services.Kayobe;

public class PlayReaderTests
{
    private const string Recap = "PLAY RECAP *********************************************************************\n";
    private const string Good = "hv1                        : ok=2    changed=1    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0   \n";

    [Fact]
    public void Hosts_that_came_through_are_no_problem()
    {
        var plays = Read($"PLAY [x] ***\n\nTASK [a] ***\nok: [hv1]\n\n{Recap}{Good}\n");

        Assert.Empty(plays.Problems(["hv1"]));
        Assert.Equal(new HostRecap(2, 1, 0, 0, 1, 0, 0), plays.Recaps["hv1"]);
    }

    [Fact]
    public void A_missing_recap_is_a_failure()
        => Assert.Equal(["there is no PLAY RECAP: it did not come to its end"], Read("TASK [a] ***\nok: [hv1]\n").Problems(["hv1"]));

    [Fact]
    public void An_empty_recap_is_a_failure_also_where_no_host_was_wanted()
    {
        Assert.Equal(["the PLAY RECAP is empty: no host was worked on"], Read($"skipping: no hosts matched\n\n{Recap}\n").Problems(["hv1"]));
        Assert.Single(Read(Recap).Problems([]));
    }

    [Fact]
    public void A_wanted_host_that_is_not_in_it_is_a_failure_with_its_name()
        => Assert.Equal(["hv2 is not in the PLAY RECAP: nothing was done to it"], Read(Recap + Good).Problems(["hv1", "hv2"]));

    [Theory]
    [InlineData("ok=1 changed=0 unreachable=0 failed=1 skipped=0 rescued=0 ignored=0", "hv1 failed (ok=1 changed=0 unreachable=0 failed=1 skipped=0 rescued=0 ignored=0)")]
    [InlineData("ok=1 changed=0 unreachable=1 failed=0 skipped=0 rescued=0 ignored=0", "hv1 was unreachable")]
    public void A_host_that_failed_or_was_not_reached_is_named(string counts, string problem)
        => Assert.Equal([problem], Read($"{Recap}hv1 : {counts}\n").Problems(["hv1"]));

    [Fact]
    public void Where_it_failed_is_told_by_its_task()
        => Assert.Equal(
            ["hv1 failed in TASK [nova-cell : Waiting for nova-compute] (ok=2 changed=0 unreachable=0 failed=1 skipped=0 rescued=0 ignored=0)"],
            Read($"TASK [nova-cell : Waiting for nova-compute] ***\nfatal: [hv1]: FAILED! => {{\"msg\": \"x\"}}\n{Recap}hv1 : ok=2 changed=0 unreachable=0 failed=1 skipped=0 rescued=0 ignored=0\n").Problems(["hv1"]));

    [Fact]
    public void A_failure_without_a_recap_of_its_host_counts()
        => Assert.Equal(["hv2 failed in TASK [a]"], Read($"TASK [a] ***\nfatal: [hv2 -> localhost]: FAILED! => {{}}\n{Recap}{Good}").Problems(["hv1"]));

    [Fact]
    public void Unreachable_is_a_failure_whatever_the_recap_says()
        => Assert.Equal(["hv1 was unreachable in TASK [Gathering Facts]"], Read($"TASK [Gathering Facts] ***\nfatal: [hv1]: UNREACHABLE! => {{}}\n{Recap}{Good}").Problems(["hv1"]));

    [Fact]
    public void What_was_ignored_or_rescued_is_no_failure_and_one_more_is()
    {
        const string Fatal = "fatal: [hv1]: FAILED! => {}\n";
        const string Forgiven = "hv1 : ok=3 changed=0 unreachable=0 failed=0 skipped=0 rescued=1 ignored=1\n";

        Assert.Empty(Read($"TASK [a] *\n{Fatal}...ignoring\nTASK [b] *\n{Fatal}{Recap}{Forgiven}").Problems(["hv1"]));
        Assert.Single(Read($"TASK [a] *\n{Fatal}TASK [b] *\n{Fatal}TASK [c] *\n{Fatal}{Recap}{Forgiven}").Problems(["hv1"]));
    }

    [Fact]
    public void Several_plays_are_added_up_and_one_that_failed_is_enough()
    {
        var plays = Read($"{Recap}localhost : ok=1 changed=0 unreachable=0 failed=0\n\n{Recap}{Good}\nPLAY [y] *\n{Recap}hv1 : ok=1 changed=0 unreachable=0 failed=1 skipped=0 rescued=0 ignored=0\n");

        Assert.Equal((3, 3, 1), (plays.RecapCount, plays.Recaps["hv1"].Ok, plays.Recaps["hv1"].Failed));
        Assert.Single(plays.Problems(["hv1"]));
    }

    [Fact]
    public void A_line_of_a_recap_that_is_not_in_one_is_no_recap()
        => Assert.Single(Read($"{Good}{Recap}").Problems(["hv1"]));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    [InlineData(137, 1)]
    public void The_exit_status_counts_beside_the_recap(int status, int problems)
        => Assert.Equal(problems, KayobeResult.Of(status, null, Read(Recap + Good), ["hv1"], TimeSpan.Zero).Problems.Count);

    [Fact]
    public void Without_an_exit_status_nothing_is_known()
        => Assert.Null(KayobeResult.Of(null, "the connection dropped", Read(Recap + Good), ["hv1"], TimeSpan.Zero).ExitStatus);

    [Fact]
    public void Lines_are_cut_out_of_pieces_and_cleaned()
    {
        List<string> lines = [];
        var output = new OutputLines(lines.Add);
        output.Add("a\x1b[31m"u8);
        output.Add("b\n\nc\r\nü"u8[..7]);
        output.Add("ü"u8[1..]);
        output.Complete();

        Assert.Equal(["ab", "", "c", "ü"], lines);
    }

    [Fact]
    public void A_line_without_an_end_is_not_kept_whole()
    {
        List<string> lines = [];
        var output = new OutputLines(lines.Add);
        for (var i = 0; i < 1000; i++)
            output.Add(new byte[1024].Select(_ => (byte)'x').ToArray());
        output.Add("\nend\n"u8);

        Assert.Equal([16 * 1024, 3], lines.Select(line => line.Length));
    }

    private static PlayReader Read(string output)
    {
        var plays = new PlayReader();
        foreach (var line in output.Split('\n'))
            plays.Read(line);
        return plays;
    }
}
