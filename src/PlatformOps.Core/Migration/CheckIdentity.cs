using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Migration;

/// <summary>
/// The machine is the one of the dossier: what it tells over SSH (DMI), what its BMC tells where BMCs are configured, and what NetBox has agree on its serial number.
/// A name can lie: a stale address or alias leads to another machine.
/// </summary>
internal sealed class CheckIdentity : Check<NoParameters>
{
    public override string Name => "hypervisor.identity";

    public override string Summary => "identity";

    public override IReadOnlyList<string> Needs => ["ssh", "netbox"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var dossier = await context.Client<DossierFinder>().RequireAsync(context, cancellationToken);
        var host = context.Client<RemoteShell>().On(context);
        var told = new List<(string Who, string? Serial)>
        {
            ($"dossier of {dossier.TakenAt:yyyy-MM-dd}", dossier.Host.SerialNumber),
            ("SSH", Line(await host.ReadFileAsync("/sys/class/dmi/id/product_serial", cancellationToken))),
            ("NetBox", (await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken)).SerialNumber),
        };
        if (await context.Client<BmcIdentity>().SerialAsync(context, dossier, cancellationToken) is { } bmc)
            told.Add(bmc);
        var uuid = Line(await host.ReadFileAsync("/sys/class/dmi/id/product_uuid", cancellationToken));

        var evidence = string.Join(", ", told.Select(one => $"{one.Who} {(string.IsNullOrWhiteSpace(one.Serial) ? "none" : one.Serial)}"));
        if (told.Exists(one => string.IsNullOrWhiteSpace(one.Serial)))
            return CheckResult.Failed($"not everybody tells the serial number, so nobody can prove that it is the right machine: {evidence}");
        if (told.Exists(one => !Same(one.Serial, dossier.Host.SerialNumber)))
            return CheckResult.Failed($"the serial numbers differ, so this may be another machine: {evidence}");
        return dossier.Host.Uuid is { } known && uuid is not null && !Same(known, uuid)
            ? CheckResult.Failed($"the serial numbers agree ({evidence}), but its UUID is {uuid}, and the dossier has {known}")
            : CheckResult.Passed($"serial number: {evidence}");
    }

    private static string? Line(string? text) => text is null ? null : OutputText.Line(text);

    private static bool Same(string? a, string? b) => string.Equals(a?.Trim(), b?.Trim(), StringComparison.OrdinalIgnoreCase);
}
