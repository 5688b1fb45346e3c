namespace PlatformOps.Core.Migration;

/// <summary>What the ticket gets a comment for.</summary>
internal enum CommentScope
{
    /// <summary>Each phase.</summary>
    Phase,

    /// <summary>Each operation, as the original did.</summary>
    Operation,
}
