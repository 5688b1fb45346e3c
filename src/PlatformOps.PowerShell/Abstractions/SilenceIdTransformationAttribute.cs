using System.Collections;
using System.Management.Automation;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes a silence's id (a UUID) as text, or from an object that has one as SilenceId; from one of a hypervisor it takes none. Anything else does not bind.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SilenceIdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        object[] many => many.Select(IdOf).ToArray(),
        IList list => list.Cast<object>().Select(IdOf).ToArray(),
        _ => IdOf(inputData),
    };

    private static string? IdOf(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        var text = value as string ?? (input is null ? null : TargetNameTransformationAttribute.TextOf(input, "SilenceId"));
        if (text is null)
        {
            return input is not null && TargetNameTransformationAttribute.TextOf(input, "HypervisorName") is not null
                ? null
                : throw new ArgumentTransformationMetadataException($"{TypeWords.Of(value)} has no SilenceId.");
        }

        return Guid.TryParseExact(text.Trim(), "D", out var id)
            ? id.ToString()
            : throw new ArgumentTransformationMetadataException($"'{text}' is no silence's id, which is a UUID. Get-AlertSilence lists them.");
    }
}
