using System.Collections;
using System.Management.Automation;
using PlatformOps.Core.Services.Alertmanager;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes matchers as text or as objects of Get-AlertSilence, and refuses what is none.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MatcherTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        IList list => list.Cast<object>().Select(MatcherOf).ToArray(),
        var one => new[] { MatcherOf(one) },
    };

    private static string MatcherOf(object? input)
    {
        var text = (input is PSObject wrapped ? wrapped.BaseObject : input)?.ToString() ?? "";
        return MatcherText.TryParse(text) is { } matchers
            ? MatcherText.Of(matchers)
            : throw new ArgumentTransformationMetadataException($"'{text}' is not of the form {MatcherText.Expected}.");
    }
}
