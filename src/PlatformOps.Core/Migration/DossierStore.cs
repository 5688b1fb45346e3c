using System.Security.Cryptography;
using System.Text.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>The dossiers of a state folder: one file for each hypervisor and run. None is ever overwritten by another run.</summary>
internal sealed class DossierStore(LedgerFiles files, string stateFolder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, MaxDepth = 64 };

    private readonly string _root = Path.Combine(stateFolder, "dossiers");

    public string PathOf(string hypervisorName, string runId) => Path.Combine(FolderOf(hypervisorName), runId + ".json");

    public HypervisorDossier? Find(string hypervisorName, string runId) => Read(PathOf(hypervisorName, runId));

    /// <summary>The newest dossier of a hypervisor; null where there is none.</summary>
    public HypervisorDossier? Latest(string hypervisorName)
        => files.Files(FolderOf(hypervisorName), ".json").Select(name => Read(Path.Combine(FolderOf(hypervisorName), name))).OfType<HypervisorDossier>().MaxBy(dossier => dossier.AsOf);

    public void Write(HypervisorDossier dossier)
    {
        files.CreateFolder(stateFolder);
        files.CreateFolder(_root);
        files.CreateFolder(FolderOf(dossier.HypervisorName));
        files.Replace(PathOf(dossier.HypervisorName, dossier.RunId), JsonSerializer.SerializeToUtf8Bytes(dossier, Json));
    }

    /// <summary>What it is called at the ticket: by its content, for one that a later attempt added to is another than what hangs there.</summary>
    public string AttachmentOf(string hypervisorName, string runId, string phase) => $"{hypervisorName}.dossier.{runId}.{phase}{EndingOf(hypervisorName, runId) ?? ".json"}";

    /// <summary>Whether a file at a ticket is some dossier of the hypervisor.</summary>
    public static bool IsAttachmentOf(string hypervisorName, string fileName)
        => fileName.StartsWith($"{hypervisorName}.dossier.", StringComparison.OrdinalIgnoreCase) && fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a file at a ticket is this dossier, as it is here.</summary>
    public bool IsAttachedAs(string hypervisorName, string runId, string fileName)
        => EndingOf(hypervisorName, runId) is { } ending && fileName.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>A dossier as it was written.</summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="origin">Where it is from, for errors.</param>
    /// <exception cref="SourceException">It is not one.</exception>
    public static HypervisorDossier Parse(ReadOnlySpan<byte> content, string origin)
    {
        try
        {
            var dossier = JsonBody.Parse(content).Deserialize<HypervisorDossier>(Json);
            if (dossier is not { Schema: HypervisorDossier.CurrentSchema })
                throw new SourceException($"This dossier is not of schema {HypervisorDossier.CurrentSchema}, the one that this version knows.", origin);
            // JSON holds nothing to being there.
            if (dossier is not { HypervisorName: not null, TakenBy: not null, Host: not null, Compute: not null, Device: not null })
                throw new SourceException("This dossier does not tell all of: whose it is, who took it, its host, its compute service and its device.", origin);
            return RunStore.IsRunId(dossier.RunId) ? dossier : throw new SourceException($"This dossier is of a run that cannot be one: '{OutputText.Line(dossier.RunId ?? "", 80)}'.", origin);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new SourceException($"This dossier cannot be read: {OutputText.Line(e.Message, 200).TrimEnd('.')}. Copies are in the state folders of those who worked on the hypervisor, and at its ticket.", origin, innerException: e);
        }
    }

    // Null where there is none, as in a plan.
    private string? EndingOf(string hypervisorName, string runId)
        => files.TryRead(PathOf(hypervisorName, runId)) is { } content ? $".{Convert.ToHexString(SHA256.HashData(content).AsSpan(0, 6)).ToLowerInvariant()}.json" : null;

    private string FolderOf(string hypervisorName) => HostNameRule.IsValid(hypervisorName)
        ? Path.Combine(_root, hypervisorName.ToLowerInvariant())
        : throw new RefusedException($"'{hypervisorName}' is not a host name.") { TargetName = hypervisorName };

    private HypervisorDossier? Read(string path) => files.TryRead(path) is { } content ? Parse(content, path) : null;
}
