namespace PlatformOps.Core.Services.Hosts;

/// <summary>Whose a file is, and who may do what with it.</summary>
/// <param name="Mode">Octal, such as <c>0644</c>.</param>
internal sealed record FileOwnership(string Owner, string Group, string Mode);
