namespace PlatformOps.Lab.Tests;

public sealed class LabServerTests
{
    [Fact]
    public async Task It_listens_on_loopback_and_says_what_it_is()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("127.0.0.1", lab.Server.Address.Host);
        var about = await lab.NowAsync("");
        Assert.Equal(4, (int)about["hypervisors"]!);
        Assert.Contains(about["services"]!.AsArray(), service => (string)service!["name"]! == "nova");
    }

    [Fact]
    public async Task The_folder_is_private_and_gone_afterwards()
    {
        var lab = await LabUnderTest.StartAsync();
        var folder = lab.Server.Folder;
        foreach (var name in new[] { "ops.yaml", "id_lab", "id_lab.pub", "known_hosts", "hypervisors.txt", "clouds.yaml" })
        {
            Assert.True(File.Exists(Path.Combine(folder, name)), name);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, name)));
        }

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        await lab.DisposeAsync();

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_given_folder_stays()
    {
        var folder = Directory.CreateTempSubdirectory("lab-tests-");
        try
        {
            var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Folder = Path.Combine(folder.FullName, "mine") });
            await lab.DisposeAsync();

            Assert.True(File.Exists(Path.Combine(folder.FullName, "mine", "ops.yaml")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_list_has_a_comment_and_a_ticket_for_each_hypervisor()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var lines = await File.ReadAllLinesAsync(lab.Server.ListPath, TestContext.Current.CancellationToken);

        Assert.StartsWith("#", lines[0], StringComparison.Ordinal);
        Assert.Equal(["hv01.lab.example MH-101", "hv02.lab.example MH-102", "hv03.lab.example MH-103", "hv04.lab.example MH-104"], lines[1..]);
    }

    [Fact]
    public async Task The_configuration_points_at_the_lab_and_at_the_jira_asked_for()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Jira = LabJiraKind.Cloud });

        var text = await File.ReadAllTextAsync(lab.Server.ConfigurationPath, TestContext.Current.CancellationToken);

        Assert.Contains($"auth-url: {lab.Server.Address}identity\n", text, StringComparison.Ordinal);
        Assert.Contains($"url: {lab.Server.Address}jira-cloud\n", text, StringComparison.Ordinal);
        Assert.Contains($"lab-url: {lab.Server.Address}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_world_and_another_seed_another()
    {
        await using var one = await LabUnderTest.StartAsync();
        await using var two = await LabUnderTest.StartAsync();
        await using var other = await LabUnderTest.StartAsync(LabUnderTest.Small with { Seed = 2 });

        Assert.Equal(WithoutPlace(one.State), WithoutPlace(two.State));
        Assert.NotEqual((string)one.Hypervisor("hv01.lab.example")["serial"]!, (string)other.Hypervisor("hv01.lab.example")["serial"]!);
    }

    // Where the BMCs listen, and the certificate made for it, are each lab's own.
    private static string WithoutPlace(JsonNode state)
    {
        var copy = state.DeepClone().AsObject();
        copy["bmc"]?.AsObject().Remove("url");
        copy["bmc"]?.AsObject().Remove("thumbprint");
        return copy.ToJsonString();
    }

    [Fact]
    public async Task Options_out_of_range_are_one_clear_error()
    {
        await Assert.ThrowsAsync<LabException>(() => LabServer.StartAsync(new LabOptions { Hypervisors = -1 }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<LabException>(() => LabServer.StartAsync(new LabOptions { Speed = 0 }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<LabException>(() => LabServer.StartAsync(new LabOptions { NovaMaxMicroversion = "3.1" }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<LabException>(() => LabServer.StartAsync(new LabOptions { WorldFile = "/nowhere/world.yaml" }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_clear_error()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var failure = await Assert.ThrowsAsync<LabException>(() => LabServer.StartAsync(LabUnderTest.Small with { Port = lab.Server.Address.Port }, TestContext.Current.CancellationToken));

        Assert.StartsWith("the lab cannot start: ", failure.Message, StringComparison.Ordinal);
    }
}
