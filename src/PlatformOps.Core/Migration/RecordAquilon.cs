using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Puts the record of what Aquilon had into the dossier, so that whoever has the ticket can restore the host.</summary>
internal sealed class RecordAquilon : DossierEntry
{
    public override string Name => "hypervisor.dossier.aquilon";

    public override string Summary => "Aquilon's record in the dossier";

    public override IReadOnlyList<string> Needs => ["aquilon"];

    protected override Task<string> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        => Task.FromResult(JsonSerializer.Serialize(
            context.Client<AquilonRecordStore>().FindOrLatest(context.Target.Name, context.Run.RunId)
                ?? throw new ObjectNotFoundException($"Nothing that Aquilon has of {context.Target.Name} was recorded yet: aquilon.record does.") { TargetName = context.Target.Name },
            ActionJson.Options));

    protected override string? In(HypervisorDossier dossier) => dossier.AquilonRecord;

    protected override HypervisorDossier With(HypervisorDossier dossier, string value) => dossier with { AquilonRecord = value };

    protected override string Short(string value) => "recorded";
}
