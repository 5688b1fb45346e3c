namespace PlatformOps.Lab.World;

/// <summary>One migration of a world file: it stays in its status until somebody completes, confirms or aborts it.</summary>
internal sealed record MigrationPlan(string Server, string To, string? Type, string? Status);
