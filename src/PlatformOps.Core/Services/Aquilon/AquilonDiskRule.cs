using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Which machines lose a disk: those whose model and name fit the patterns given, at least one.</summary>
internal sealed record AquilonDiskRule : ICheckedRecord
{
    /// <summary>A pattern of the machine's model, such as <c>*a100*</c>.</summary>
    public string? Model { get; init; }

    /// <summary>A pattern of the host's name.</summary>
    public string? Name { get; init; }

    /// <summary>The disk, such as <c>sda</c>.</summary>
    [RegularExpression(AquilonNames.DiskPattern)]
    public required string Disk { get; init; }

    public bool Fits(string? model, string? name)
        => (Model is null || (model is not null && NamePattern.Matches(Model, model))) && (Name is null || (name is not null && NamePattern.Matches(Name, name)));

    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Model) && string.IsNullOrWhiteSpace(Name))
            yield return "a rule needs a model or a name: without one every machine would lose the disk.";
    }
}
