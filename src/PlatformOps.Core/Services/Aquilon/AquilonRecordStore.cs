using System.Text.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>The saved records of a state folder: one file for each target and run. None is ever overwritten by another run.</summary>
internal sealed class AquilonRecordStore(LedgerFiles files, string stateFolder)
{
    // For people too, who restore from it by hand.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, MaxDepth = 64, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _root = Path.Combine(stateFolder, "aquilon");

    public string PathOf(string target, string runId) => Path.Combine(FolderOf(target), runId + ".json");

    /// <summary>The record that a run took of a target; null where it took none.</summary>
    public AquilonRecord? Find(string target, string runId) => Read(PathOf(target, runId));

    /// <summary>The run's record, or else the newest one of the target: what the machine is called that is there, or was. Null where there is none.</summary>
    public AquilonRecord? FindOrLatest(string target, string runId) => Find(target, runId) ?? (All(target) is [var newest, ..] ? newest : null);

    /// <summary>How the host was before it was imported anew: the newest record that is of no import of ours. Null where there is none.</summary>
    public AquilonRecord? Original(string target) => All(target).FirstOrDefault(record => !record.IsOfImport);

    /// <summary>The records of a target, the newest first.</summary>
    public IReadOnlyList<AquilonRecord> All(string target)
        => [.. files.Files(FolderOf(target), ".json").Select(name => Read(Path.Combine(FolderOf(target), name))).OfType<AquilonRecord>().OrderByDescending(record => record.TakenAt)];

    /// <summary>The targets that there are records of.</summary>
    public IReadOnlyList<string> Targets() => [.. files.Folders(_root)];

    public void Write(AquilonRecord record)
    {
        MakeFolder(record.HypervisorName);
        files.Replace(PathOf(record.HypervisorName, record.RunId), JsonSerializer.SerializeToUtf8Bytes(record, Json));
    }

    /// <summary>Notes that an import of ours adds this machine: one that is found without a host is then what an interrupted import has left.</summary>
    public void BeginImport(string target, string machine)
    {
        MakeFolder(target);
        files.Replace(ImportOf(target), System.Text.Encoding.UTF8.GetBytes(machine));
    }

    /// <summary>The machine that an import of ours began to add, and did not end.</summary>
    public string? BegunImport(string target) => files.TryRead(ImportOf(target)) is { } content ? System.Text.Encoding.UTF8.GetString(content) : null;

    public void EndImport(string target)
    {
        if (files.Exists(ImportOf(target)))
            files.Delete(ImportOf(target));
    }

    private string ImportOf(string target) => Path.Combine(FolderOf(target), "importing");

    private void MakeFolder(string target)
    {
        files.CreateFolder(stateFolder);
        files.CreateFolder(_root);
        files.CreateFolder(FolderOf(target));
    }

    private string FolderOf(string target) => HostNameRule.IsValid(target)
        ? Path.Combine(_root, target.ToLowerInvariant())
        : throw new RefusedException($"'{OutputText.Line(target, 80)}' is not a host name.") { TargetName = target };

    private AquilonRecord? Read(string path)
    {
        if (files.TryRead(path) is not { } content)
            return null;
        try
        {
            return JsonSerializer.Deserialize<AquilonRecord>(content, Json);
        }
        catch (JsonException error)
        {
            throw new SourceException($"This record of Aquilon cannot be read: {error.Message}", path, innerException: error);
        }
    }
}
