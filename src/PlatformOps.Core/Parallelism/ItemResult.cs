namespace PlatformOps.Core.Parallelism;

/// <summary>What became of one item: its result, or its error.</summary>
internal sealed record ItemResult<TItem, TResult>(TItem Item, TResult? Result, Exception? Error);
