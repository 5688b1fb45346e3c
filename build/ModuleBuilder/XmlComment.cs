namespace PlatformOps.ModuleBuilder;

/// <summary>What a type's or a property's XML comment says, as plain text.</summary>
internal sealed record XmlComment(
    string Summary,
    IReadOnlyList<string> Remarks,
    IReadOnlyList<ExampleInfo> Examples,
    IReadOnlyList<LinkInfo> Links,
    string? Value);
