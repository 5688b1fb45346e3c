using System.Management.Automation;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>What to say where a parameter is given nothing; PowerShell puts the parameter's name before it.</summary>
internal static class EmptyArgument
{
    /// <param name="wanted">What to give instead, and who emits it.</param>
    public static ArgumentTransformationMetadataException Error(string wanted)
        => new($"It is empty: nothing came down the pipeline, or a variable has no value. Give {wanted}.");
}
