using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>libvirt knows no domain in any state. A virsh that is missing, fails or prints something else is Unknown: a login that failed looks like an empty host otherwise.</summary>
internal sealed class NoDomainsCheck : Check<NoParameters>
{
    private const int Shown = 5;

    public override string Name => "host.domains.none";

    public override string Summary => "no domains";

    public override IReadOnlyList<string> LooksAt => [MachineSubjects.Servers, MachineSubjects.System];

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        // The table is read, so it has to be in virsh's own words.
        var command = new SshCommand([.. context.Client<HostsConfiguration>().Virsh, "list", "--all"]) { Environment = new Dictionary<string, string> { ["LC_ALL"] = "C" } };
        try
        {
            var listing = await host.LookAsync(command, cancellationToken);
            if (listing.ExitStatus != 0)
                return CheckResult.Unknown(host.Failure(command.Arguments, listing).Message);
            var domains = DomainListing.Parse(Encoding.UTF8.GetString(listing.OutputBytes.Span));
            return domains.Count == 0
                ? CheckResult.Passed($"libvirt on {host.Name} lists no domain in any state")
                : CheckResult.Failed($"libvirt on {host.Name} has {domains.Count} domains: {string.Join(", ", domains.Take(Shown))}{(domains.Count > Shown ? ", …" : "")}");
        }
        catch (Exception error) when (error is RemoteHostException or FormatException)
        {
            return CheckResult.Unknown(error.Message);
        }
    }
}
