using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Gets the records of how hosts were in Aquilon before they were deleted there, the newest first.</summary>
/// <remarks>
/// <para>Every run that deletes a host saves what Aquilon has of it before. Reset-AquilonHost -FromRecord takes the one that is marked here: how the host was before it was imported anew. One that tells of a host which had been imported, and was not installed yet, is taken only where -RecordId names it.</para>
/// <para>Read from the state folder; a record that was taken elsewhere comes with the hypervisor's dossier at its ticket, as soon as a phase or Reset-AquilonHost has fetched that. Aquilon is not asked.</para>
/// </remarks>
/// <example>
/// <summary>What there is of one host</summary>
/// <code>Get-AquilonRecord hv01.lab.example</code>
/// </example>
/// <example>
/// <summary>The commands that put a host back, to read or run them by hand</summary>
/// <code>(Get-AquilonRecord hv01.lab.example | Where-Object IsRestored).Restore</code>
/// </example>
/// <seealso cref="ResetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Get, "AquilonRecord")]
[OutputType(typeof(AquilonRecordInfo))]
public sealed class GetAquilonRecordCommand : SessionCmdlet
{
    /// <summary>The hypervisors, by name or pattern, or objects with a HypervisorName or HostName. All where it is left out.</summary>
    /// <value>All hypervisors</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [TargetNameTransformation(nameof(HypervisorName), "HostName", AllowsWildcards = true)]
    [ArgumentCompleter(typeof(AquilonHostCompleter))]
    public string[] HypervisorName { get; set; } = ["*"];

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var store = Scope.Get<AquilonRecordStore>();
        foreach (var name in HypervisorName)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var records = store.Targets().Where(pattern.IsMatch).Order(StringComparer.OrdinalIgnoreCase).SelectMany(target => Of(store, target)).ToList();
            if (records.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                throw new ObjectNotFoundException($"There is no record of '{name}' in {Scope.Configuration.StateFolder}: nothing of it was deleted in Aquilon from here, and no dossier with one was fetched.") { TargetName = name };
            foreach (var record in records)
                await WriteObjectAsync(record);
        }
    }

    private static IEnumerable<AquilonRecordInfo> Of(AquilonRecordStore store, string target)
    {
        var original = store.Original(target);
        return store.All(target).Select(record => new AquilonRecordInfo
        {
            HypervisorName = record.HypervisorName,
            RecordId = record.RunId,
            TakenAt = record.TakenAt.UtcDateTime,
            TakenBy = record.TakenBy,
            IsRestored = record.RunId == original?.RunId,
            Host = record.Host,
            Restore = record.Restore,
            Path = store.PathOf(target, record.RunId),
        });
    }
}
