using PlatformOps.Core.Labs;
using PlatformOps.Lab;
using PlatformOps.Labs;

namespace PlatformOps.Core.Tests.Labs;

public sealed class LabControlTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fault_is_listed_as_it_was_asked_for_until_it_is_taken_away()
    {
        await using var server = await LabServer.StartAsync(new LabOptions { Hypervisors = 1, VirtualMachines = 0 }, Token);
        var lab = Of(server);
        var whole = await LabControl.AddFaultAsync(lab, new OpsLabFault { Id = 0, Service = "netbox", Effect = "status:503", Call = "GET *", Target = "hv*", Count = 3, After = 1, Probability = 0.5, RetryAfter = 7, ProcessId = lab.ProcessId }, Token);
        var plain = await LabControl.AddFaultAsync(lab, new OpsLabFault { Id = 0, Service = "*", Effect = "reset", Probability = 1, ProcessId = lab.ProcessId }, Token);

        Assert.Equal([whole, plain], await LabControl.FaultsAsync(lab, Token));
        Assert.True(await LabControl.RemoveFaultAsync(lab, whole.Id, Token));
        Assert.False(await LabControl.RemoveFaultAsync(lab, whole.Id, Token));
        Assert.Equal([plain], await LabControl.FaultsAsync(lab, Token));
    }

    [Fact]
    public async Task How_often_it_has_struck_is_told()
    {
        await using var server = await LabServer.StartAsync(new LabOptions { Hypervisors = 1, VirtualMachines = 0 }, Token);
        var lab = Of(server);
        await LabControl.AddFaultAsync(lab, new OpsLabFault { Id = 0, Service = "jira", Effect = "status:503", Count = 2, ProcessId = lab.ProcessId, Probability = 1 }, Token);
        using var http = new HttpClient();
        for (var i = 0; i < 3; i++)
            (await http.GetAsync(new Uri(lab.Address, "jira/rest/api/2/serverInfo"), Token)).Dispose();

        Assert.Equal((2, 2), (await LabControl.FaultsAsync(lab, Token)).Select(fault => (fault.Count!.Value, fault.Struck)).Single());
    }

    [Fact]
    public async Task A_lab_that_is_gone_is_one_clear_error()
    {
        OpsLab lab;
        await using (var server = await LabServer.StartAsync(new LabOptions { Hypervisors = 1, VirtualMachines = 0 }, Token))
            lab = Of(server);

        Assert.Contains("does not answer", (await Assert.ThrowsAsync<Errors.LabException>(() => LabControl.FaultsAsync(lab, Token))).Message, StringComparison.Ordinal);
        Assert.Contains("does not answer", (await Assert.ThrowsAsync<Errors.LabException>(() => LabControl.RemoveFaultAsync(lab, 1, Token))).Message, StringComparison.Ordinal);
    }

    private static OpsLab Of(LabServer server) => new()
    {
        ProcessId = 1,
        Address = server.Address,
        ConfigurationPath = server.ConfigurationPath,
        ListPath = server.ListPath,
        Folder = server.Folder,
        Services = [],
        StartedAt = DateTimeOffset.UnixEpoch,
    };
}
