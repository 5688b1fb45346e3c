using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Migration;

/// <summary>
/// The machine is the one of the dossier: what it tells over SSH (DMI), what its BMC tells where BMCs are configured, and what NetBox has agree on its serial number,
/// and those who have it on its UUID. A name can lie: a stale address or alias leads to another machine.
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
        var uuid = MachineNumbers.Uuid(await host.ReadFileAsync("/sys/class/dmi/id/product_uuid", cancellationToken));
        var told = new List<(string Who, string? Serial, Guid? Uuid)>
        {
            ($"dossier of {dossier.TakenAt:yyyy-MM-dd}", dossier.Host.SerialNumber, MachineNumbers.Uuid(dossier.Host.Uuid)),
            ("SSH", Line(await host.ReadFileAsync("/sys/class/dmi/id/product_serial", cancellationToken)), uuid),
            ("NetBox", (await context.Client<NetBoxClient>().DeviceAsync(context.Target.Name, cancellationToken)).SerialNumber, null),
        };
        if (await context.Client<BmcIdentity>().ReadAsync(context, dossier, cancellationToken) is { } bmc)
            told.Add(bmc);

        var evidence = string.Join(", ", told.Select(one => $"{one.Who} {(string.IsNullOrWhiteSpace(one.Serial) ? "none" : one.Serial)}"));
        if (told.Exists(one => MachineNumbers.Serial(one.Serial) is null))
            return CheckResult.Failed($"not everybody tells a serial number, so nobody can prove that it is the right machine: {evidence}");
        if (told.Exists(one => !MachineNumbers.AreSame(one.Serial, dossier.Host.SerialNumber)))
            return CheckResult.Failed($"the serial numbers differ, so this may be another machine: {evidence}");
        if (told[0].Uuid is not { } known)
            return CheckResult.Passed($"serial number: {evidence}");
        var uuids = string.Join(", ", told.Where(one => one.Uuid is not null).Select(one => $"{one.Who} {one.Uuid}"));
        return uuid is null ? CheckResult.Failed($"the serial numbers agree ({evidence}), but the machine no longer tells its UUID over SSH, so nobody can prove that it is the right one: {uuids}")
            : told.Exists(one => one.Uuid is { } own && !MachineNumbers.AreSame(own, known)) ? CheckResult.Failed($"the serial numbers agree ({evidence}), but the UUIDs differ: {uuids}")
            : CheckResult.Passed($"serial number: {evidence}; UUID: {known}");
    }

    private static string? Line(string? text) => text is null ? null : OutputText.Line(text);
}
