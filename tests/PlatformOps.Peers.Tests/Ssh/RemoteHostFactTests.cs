using System.Collections.Concurrent;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Peers.Tests.Ssh;

public sealed class RemoteHostFactTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_real_host_tells_its_facts_over_one_connection()
    {
        Assert.SkipUnless(File.Exists("/etc/os-release"), "no /etc/os-release here");
        await using var farm = await SshdFarm.StartAsync();
        var host = await farm.AddAsync();
        await using var ssh = farm.Transport();

        var fact = await HostFacts.ReadAsync(new RemoteHost(ssh, host.Address, new RecordingLog()), Stop);

        Assert.NotEmpty(fact.OsId);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), fact.BootId);
        Assert.Equal(Directory.Exists("/sys/firmware/efi"), fact.BootedByEfi);
        Assert.True(fact.MemoryMiB > 0);
        Assert.True(fact.UptimeSeconds > 0);
        Assert.Equal(1, host.Connections);
        // What this machine has no tool for is unknown, never none.
        Assert.Equal(fact.PciDevices is null, fact.HasGpu is null);
    }

    [Fact]
    public async Task Sixty_hosts_answer_whatever_becomes_of_the_others()
    {
        await using var farm = await SshdFarm.StartAsync();
        var hosts = new List<SshdHost>();
        for (var i = 0; i < 60; i++)
            hosts.Add(await farm.AddAsync(isKnown: i % 20 != 7));
        foreach (var host in hosts.Where((_, i) => i % 20 == 3))
            host.ClosesAtOnce = true;
        await using var ssh = farm.Transport();

        var results = new ConcurrentBag<(SshResult? Result, Exception? Error)>();
        await Parallel.ForEachAsync(hosts, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Stop }, async (host, token) =>
        {
            try
            {
                results.Add((await ssh.RunAsync(host.Address, new SshCommand(["echo", $"{host.Port}"]), token), null));
            }
            catch (Errors.OpsException e)
            {
                results.Add((null, e));
            }
        });

        Assert.Equal(60, results.Count);
        Assert.Equal(54, results.Count(r => r.Result?.ExitStatus == 0));
        Assert.Equal(3, results.Count(r => r.Error is Errors.HostKeyException));
        Assert.Equal(3, results.Count(r => r.Error is Errors.RemoteHostException));
        Assert.All(hosts, h => Assert.Equal(1, h.Connections));
    }
}
