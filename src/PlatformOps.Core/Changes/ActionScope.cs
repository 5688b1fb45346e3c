namespace PlatformOps.Core.Changes;

/// <summary>What an action runs once for.</summary>
internal enum ActionScope
{
    Target,
    Batch,
}
