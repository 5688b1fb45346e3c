namespace PlatformOps.PowerShell.Completion;

/// <summary>A name to offer, and what to say about it.</summary>
internal readonly record struct CompletionName(string Text, string? ToolTip = null);
