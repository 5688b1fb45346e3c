namespace PlatformOps.Core.Tests;

/// <summary>Tests of time and memory: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
