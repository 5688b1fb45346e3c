using System.Net;
using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Puts the record of what Aquilon had into the dossier, so that whoever has the ticket can restore the host.</summary>
internal sealed class RecordAquilon : DossierEntry
{
    public override string Name => "hypervisor.dossier.aquilon";

    public override string Summary => "Aquilon's record in the dossier";

    public override IReadOnlyList<string> Needs => ["aquilon"];

    /// <summary>The record that a dossier has. It becomes commands to Aquilon, so that it is looked at before anything follows it: who may attach a file to a ticket could have written it.</summary>
    /// <param name="dossier">A dossier that has one.</param>
    /// <param name="names">What the hypervisor may be called in Aquilon.</param>
    /// <param name="origin">Where the dossier is from, for errors.</param>
    /// <exception cref="SourceException">It cannot be read, or is not this hypervisor's.</exception>
    public static AquilonRecord Of(HypervisorDossier dossier, IReadOnlyList<string> names, string origin)
    {
        AquilonRecord? record;
        try
        {
            record = JsonSerializer.Deserialize<AquilonRecord>(dossier.AquilonRecord!, ActionJson.Options);
        }
        catch (JsonException e)
        {
            throw Wrong($"cannot be read: {e.Message}", e);
        }

        // JSON holds nothing to being there.
        if (record is not { Schema: 1, Host: { HostName: { } host, MachineName: { } machine, Interfaces: { } ports, Disks: { } disks, Services: not null } }
            || !ports.All(port => port is { Name: { } name, Addresses: { } addresses } && AquilonNames.IsInterface(name) && addresses.All(address => IPAddress.TryParse(address?.Ip, out _)))
            || !disks.All(disk => disk is { Name: { } name } && AquilonNames.IsDisk(name)))
            throw Wrong("does not tell of a host and its machine as this version knows them");
        if (!string.Equals(record.HypervisorName, dossier.HypervisorName, StringComparison.OrdinalIgnoreCase))
            throw Wrong($"is of '{Shown(record.HypervisorName)}'");
        if (!HostNameRule.IsValid(host) || !names.Contains(host, StringComparer.OrdinalIgnoreCase))
            throw Wrong($"is of the host '{Shown(host)}', and {dossier.HypervisorName} is called {string.Join(" or ", names)} there (host-identity.aquilon)");
        if (!AquilonNames.IsLabel(machine))
            throw Wrong($"has '{Shown(machine)}' for a machine, which is no name of one");
        if (MachineNumbers.Serial(record.Host.SerialNumber) is { } serial && MachineNumbers.Serial(dossier.Host.SerialNumber) is { } own && !MachineNumbers.AreSame(serial, own))
            throw Wrong($"is of a machine with the serial number {Shown(serial)}, and the dossier's is {Shown(own)}");
        if (!RunStore.IsRunId(record.RunId))
            throw Wrong($"is of a run that cannot be one: '{Shown(record.RunId)}'");
        if (record.TakenAt > dossier.AsOf)
            throw Wrong($"is of {record.TakenAt:yyyy-MM-dd HH:mm}, later than the dossier itself ({dossier.AsOf:yyyy-MM-dd HH:mm})");
        return record with { HypervisorName = dossier.HypervisorName, Restore = [.. SaveAquilonRecord.RestoreOf(record.Host)] };

        SourceException Wrong(string what, Exception? inner = null)
            => new($"What this dossier has of Aquilon {what}. Nothing was taken from it. Where nobody knows where it is from, remove the file; a copy is in the state folder of whoever ran PreReinstall.", origin, innerException: inner);

        static string Shown(string? text) => OutputText.Line(text ?? "", 100);
    }

    protected override Task<string> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        => Task.FromResult(JsonSerializer.Serialize(
            context.Client<AquilonRecordStore>().Original(context.Target.Name)
                ?? throw new ObjectNotFoundException($"Nothing that Aquilon has of {context.Target.Name} was recorded yet: aquilon.record does.") { TargetName = context.Target.Name },
            ActionJson.Options));

    protected override string? In(HypervisorDossier dossier) => dossier.AquilonRecord;

    protected override HypervisorDossier With(HypervisorDossier dossier, string value) => dossier with { AquilonRecord = value };

    protected override string Short(string value) => "recorded";
}
