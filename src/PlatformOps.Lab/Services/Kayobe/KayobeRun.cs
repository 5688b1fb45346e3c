using PlatformOps.Lab.Hosts;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Kayobe;

/// <summary>One run of Kayobe: what it does to the hosts that its limits leave, and what Ansible tells of it.</summary>
internal sealed class KayobeRun(LabContext lab, HostFleet fleet, Action<string> write, Action<string> warn)
{
    /// <summary>Lab seconds from the start of nova-compute to its first report.</summary>
    private const double ReportSeconds = 30;

    private KayobeData Data => lab.World.Kayobe;

    /// <summary>Runs it; its exit status.</summary>
    public async Task<int> RunAsync(KayobeCommand command, string? playbook, KayobeOptions options, CancellationToken cancellationToken)
    {
        lock (lab.World.Gate)
            Data.MostAtOnce = Math.Max(Data.MostAtOnce, ++Data.AtWork);
        try
        {
            return command.Words switch
            {
                "playbook run" when playbook == KayobeData.InventoryPlaybook => await PlayAsync(command, "Build the inventory from NetBox", "localhost", null, cancellationToken),
                "playbook run" => await PlayAsync(command, "Enable UEFI PXE on Mellanox cards", "compute", options.Limit, cancellationToken),
                _ when command.UsesKolla => await KollaAsync(command, options, cancellationToken),
                _ => await PlayAsync(command, command.Words, "overcloud", options.Limit, cancellationToken),
            };
        }
        finally
        {
            lock (lab.World.Gate)
                Data.AtWork--;
        }
    }

    // Kayobe writes Kolla Ansible's configuration first, on the control host. Up to version 19 its --limit does not reach Kolla Ansible.
    private async Task<int> KollaAsync(KayobeCommand command, KayobeOptions options, CancellationToken cancellationToken)
    {
        var first = new PlayOutput(write);
        first.Play("Generate Kolla Ansible configuration");
        first.Task("kolla-ansible : Ensure the Kolla Ansible configuration files exist");
        await lab.Clock.DelayAsync(command.Seconds / 10, cancellationToken);
        first.Ok("localhost");
        first.Recap();
        return await PlayAsync(command, $"kolla-ansible {command.Words.Split(' ')[^1]}", "all", options.Major < 20 ? options.KollaLimit : options.Limit, cancellationToken, options.KollaTags ?? (options.Major < 20 ? null : options.Tags));
    }

    private async Task<int> PlayAsync(KayobeCommand command, string name, string of, string? limit, CancellationToken cancellationToken, string? tags = null)
    {
        List<string> hosts;
        lock (lab.World.Gate)
        {
            var selected = HostPattern.Select(limit ?? "", Data, warn);
            if (selected.Count == 0 && of != "localhost")
            {
                warn("ERROR! Specified inventory, host pattern and/or --limit leaves us with no hosts to target.");
                return 1;
            }

            var members = HostPattern.Select(of, Data, _ => { });
            hosts = of == "localhost" ? ["localhost"] : [.. selected.Where(members.Contains)];
            Data.Runs.Add((command.Words, hosts));
        }

        var output = new PlayOutput(write);
        output.Play(name);
        if (hosts.Count == 0)
        {
            output.NobodyMatched();
            output.Recap();
            return 0;
        }

        output.Task("Gathering Facts");
        List<string> reached = [];
        foreach (var host in hosts)
        {
            var isReached = host == "localhost" || IsReached(host);
            if (isReached)
                reached.Add(host);
            (isReached ? output.Ok : (Action<string>)output.Unreachable)(host);
        }

        output.Task($"{name} : work");
        await lab.Clock.DelayAsync(command.Seconds, cancellationToken);
        foreach (var host in reached)
        {
            lock (lab.World.Gate)
                Work(command, name, host, tags, output);
        }

        output.Recap();
        return output.AnyUnreachable ? 4 : output.AnyFailed ? 2 : 0;
    }

    private bool IsReached(string host)
    {
        lock (lab.World.Gate)
            return Data.Trouble.GetValueOrDefault(host) != "unreachable" && (Data.Controllers.Contains(host) || lab.World.FindMachine(host) is { IsUp: true, Reachable: true });
    }

    private void Work(KayobeCommand command, string name, string host, string? tags, PlayOutput output)
    {
        switch (Data.Trouble.GetValueOrDefault(host))
        {
            case "failed":
                output.Failed(host, "the lab was asked to fail this");
                return;
            case "ignored":
                output.Ignored(host, "the lab was asked to fail this, and the play ignores it");
                break;
        }

        if (host == "localhost")
        {
            Data.Computes.Clear();
            Data.Computes.AddRange(KayobeData.ComputesOf(lab.World));
            output.Changed(host);
            return;
        }

        // Controllers are names in the inventory and no machines of the lab.
        if (fleet.Find(host) is not { Hypervisor: { } hypervisor } machine)
        {
            output.Ok(host);
            return;
        }

        lab.Journal.Wrote("kayobe", command.Words, hypervisor.Fqdn, name);
        switch (command.Words)
        {
            case "playbook run" when !hypervisor.Cards.Any(card => card.IsMellanox):
                output.Skipped(host);
                break;
            case "playbook run":
                Data.PxeEnabled.Add(host);
                output.Changed(host);
                break;
            case "overcloud host configure":
                machine.IsConfigured = true;
                output.Changed(host);
                break;
            case "overcloud service deploy" when !machine.IsConfigured && !machine.Has("docker"):
                output.Failed(host, "Could not find the requested service docker: host");
                break;
            case "overcloud service deploy" when tags is null || tags.Split(',').Contains("nova"):
                machine.Deploy();
                StartCompute(machine, hypervisor);
                output.Changed(host);
                break;
            default:
                output.Changed(host);
                break;
        }
    }

    // Since 2023.1: a service that is registered and has lost its identity does not start, and the container that runs it looks well.
    private void StartCompute(LabHost machine, Hypervisor hypervisor)
    {
        const string IdentityPath = "/var/lib/nova/compute_id";
        const string LogPath = "/var/log/kolla/nova/nova-compute.log";
        var identity = machine.Files.Find(IdentityPath) is { IsDirectory: false } file ? Encoding.UTF8.GetString(file.Read()).Trim() : null;
        var error = identity is null && !hypervisor.ServiceDeleted
                ? "nova.exception.InvalidConfiguration: No local node identity found, but this is not our first startup on this host. Refusing to start after potentially having lost that state!"
            : identity is not null && identity != hypervisor.Id.ToString()
                ? $"nova.exception.InvalidConfiguration: My compute node {hypervisor.Id} has hypervisor_hostname {hypervisor.Fqdn} but my local node identity is {identity}"
            : null;
        machine.Files.Install(LogPath, error is null ? "INFO nova.service [-] Starting compute node\n" : $"CRITICAL nova [-] Unhandled error: {error}\n", owner: "nova");
        if (error is not null)
            return;
        if (identity is null)
        {
            machine.Files.InstallFolder("/var/lib/nova", 0b111_101_101, "nova");
            machine.Files.Install(IdentityPath, hypervisor.Id + "\n", owner: "nova");
            (hypervisor.ServiceDeleted, hypervisor.ServiceDisabled, hypervisor.DisabledReason) = (false, false, null);
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await lab.Clock.DelayAsync(ReportSeconds, machine.Power.Token);
                lock (lab.World.Gate)
                {
                    hypervisor.ServiceUp = true;
                    hypervisor.ServiceChanged = lab.Clock.Now;
                }
            }
            catch (OperationCanceledException)
            {
                // The host went down before.
            }
        });
    }
}
