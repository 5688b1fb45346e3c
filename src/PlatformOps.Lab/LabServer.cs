using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PlatformOps.Lab.Control;
using PlatformOps.Lab.Faults;
using PlatformOps.Lab.Hosts;
using PlatformOps.Lab.Setup;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab;

/// <summary>A running lab: emulated services and hosts on one port of 127.0.0.1, and a configuration that points at them.</summary>
public sealed class LabServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly LabFolder _folder;
    private readonly HostFleet _fleet;

    private LabServer(WebApplication application, LabFolder folder, HostFleet fleet, LabContext lab)
    {
        _application = application;
        _folder = folder;
        _fleet = fleet;
        Address = lab.Address;
        Services = lab.Faults.Services;
    }

    /// <summary>The lab's version.</summary>
    public static string Version { get; } = typeof(LabServer).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The lab's address with a trailing slash; services are below it, <c>lab</c> is the control endpoint.</summary>
    public Uri Address { get; }

    /// <summary>The names of its services, as faults and counters have them.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>Path of the PlatformOps configuration for this lab.</summary>
    public string ConfigurationPath => _folder.ConfigurationPath;

    /// <summary>Path of the migration list with every hypervisor and its ticket.</summary>
    public string ListPath => _folder.ListPath;

    /// <summary>The folder of the configuration, the keys and the known hosts.</summary>
    public string Folder => _folder.Path;

    /// <summary>Starts a lab and returns when it answers.</summary>
    /// <exception cref="LabException">An option or the world file is wrong, or the port is taken.</exception>
    public static async Task<LabServer> StartAsync(LabOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plan = options.WorldFile is { } file ? WorldFile.Read(file) : new WorldPlan();
        options = plan.Over(options);
        Check(options);

        var clock = new LabClock(options.Time, options.Speed);
        var world = new WorldBuilder(options, plan, clock.Now).Build();
        var lab = new LabContext(options, world, clock, new CallJournal(clock), new FaultBoard(options.Seed));
        var services = LabServices.Make(lab);
        lab.Faults.Services = [.. services.Select(service => service.Name).Concat(LabServices.OnHosts).Distinct().Order(StringComparer.Ordinal)];
        foreach (var fault in plan.Faults)
            lab.Faults.Add(fault);

        var folder = LabFolder.Make(options.Folder);
        var certificate = options.BmcTls ? LabKeys.MakeCertificate("bmc.lab.example", clock.Now) : null;
        var application = Build(lab, certificate);
        try
        {
            var fleet = lab.Hosts = new HostFleet(lab, folder.Keys.PublicKey);
            application.UseRouting();
            var pipeline = new CallPipeline(lab, services);
            application.Use((http, next) => pipeline.InvokeAsync(http, next));
            foreach (var service in services)
                service.Map(application.MapGroup(service.Prefix));
            new ControlEndpoint(lab, services, Version).Map(application.MapGroup("/lab"));
            new BmcEndpoint(lab).Map(application.MapGroup("/lab"));
            new ServerEndpoint(lab).Map(application.MapGroup("/lab"));
            new AquilonEndpoint(lab).Map(application.MapGroup("/lab"));
            new KayobeEndpoint(lab).Map(application.MapGroup("/lab"));
            new HostEndpoint(lab, fleet).Map(application.MapGroup("/lab"));
            new SshEndpoint(fleet).Map(application.MapGroup("/lab/ssh"));
            await application.StartAsync(cancellationToken);
            var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address + "/")).ToList();
            lab.Address = addresses.Find(address => address.Scheme == "http")!;
            if (certificate is not null)
                lab.Bmcs = (addresses.Find(address => address.Scheme == "https")!, Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256)));
            folder.Write(lab);
            return new LabServer(application, folder, fleet, lab);
        }
        catch (IOException failure)
        {
            await application.DisposeAsync();
            await folder.RemoveAsync();
            throw new LabException($"the lab cannot start: {failure.Message}", failure);
        }
        catch
        {
            await application.DisposeAsync();
            await folder.RemoveAsync();
            throw;
        }
    }

    /// <summary>Stops answering, and removes the folder if the lab made it.</summary>
    public async ValueTask DisposeAsync()
    {
        _fleet.Stop();
        using (var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(200)))
        {
            // Streams that hang on purpose are not waited for.
            await _application.StopAsync(atOnce.Token);
        }

        await _application.DisposeAsync();
        _fleet.Dispose();
        await _folder.RemoveAsync();
    }

    private static void Check(LabOptions options)
    {
        if (options.Hypervisors is < 0 or > 2000)
            throw new LabException($"a lab has 0 to 2000 hypervisors, not {options.Hypervisors}");
        if (options.VirtualMachines is < 0 or > 20_000)
            throw new LabException($"a lab has 0 to 20000 virtual machines, not {options.VirtualMachines}");
        if (options.Speed is not (> 0 and <= 1_000_000))
            throw new LabException($"the speed is above 0 and at most 1000000, not {options.Speed.ToString(CultureInfo.InvariantCulture)}");
        if (options.Port is < 0 or > 65535)
            throw new LabException($"{options.Port} is not a port");
        if (options.TokenLifetime <= TimeSpan.Zero)
            throw new LabException("the token lifetime is above 0");
    }

    private static WebApplication Build(LabContext lab, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = Assembly.GetExecutingAssembly().GetName().Name,
        });
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, lab.Options.Port);
            if (certificate is not null)
                kestrel.Listen(IPAddress.Loopback, 0, port => port.UseHttps(certificate));
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            // A fault may truncate an answer or let one hang; the server must not judge it.
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddSingleton(lab);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
        return builder.Build();
    }
}
