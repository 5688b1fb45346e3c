using System.Management.Automation;
using PlatformOps.Core.Configuration.Binding;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes a duration as a TimeSpan or as people write it: 90s, 72h, 3d, 1h30m, 02:00:00. A bare number does not bind: PowerShell would take it for ticks.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is TimeSpan duration)
            return duration;
        // 3d and 90s without quotes are numbers to PowerShell; the text that was typed is still there.
        var text = LanguagePrimitives.ConvertTo<string>(inputData) ?? "";
        return !text.All(char.IsAsciiDigit) && YamlDuration.TryParse(text, out var parsed)
            ? parsed
            : throw new ArgumentTransformationMetadataException($"'{text}' is not {YamlDuration.Expected}, nor a TimeSpan.");
    }
}
