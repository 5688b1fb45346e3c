namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>One step to a host's storage as its profile wants it.</summary>
/// <param name="Key">What tells it from others: the kind, and what it is done to as it is now. A plan that was agreed to covers just the keys in it.</param>
/// <param name="Text">For people.</param>
internal sealed record StorageStep(string Key, string Text)
{
    /// <summary>Whether it takes something away that was on a disk, or makes something on one.</summary>
    public bool IsDestructive { get; init; }

    /// <summary>A file to write first, by its path; both null where none is.</summary>
    public string? WritePath { get; init; }

    public string? WriteText { get; init; }

    /// <summary>Commands, in order. Empty where they depend on what an earlier step brings to light.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Commands { get; init; } = [];

    public override string ToString() => Text;
}
