namespace PlatformOps.Core.Changes;

/// <summary>What recovery found out about an intent without a result.</summary>
internal enum ProbeAnswer
{
    Happened,
    NotHappened,
    Undecidable,
}
