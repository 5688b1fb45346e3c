namespace PlatformOps.ModuleBuilder;

/// <summary>The module cannot be built from what is there.</summary>
internal sealed class ModuleBuildException(string message) : Exception(message);
