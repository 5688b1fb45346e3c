namespace PlatformOps.Core.Changes;

/// <summary>The parameters of an action that has none.</summary>
internal sealed record NoParameters;
