using System.Collections;
using System.Management.Automation;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes a run as an object, by a record of one of its steps, by its identifier or by a part of it that only one has. Nothing else is a run, whatever its ToString says.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RunIdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IList list ? list.Cast<object>().Select(IdOf).ToArray() : IdOf(inputData);
    }

    private static string IdOf(object input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            string id => id,
            OpsRun run => run.RunId,
            StepRecord step => step.RunId,
            _ => PSObject.AsPSObject(input).Properties["RunId"]?.Value as string
                ?? throw new ArgumentTransformationMetadataException($"A {value?.GetType().Name ?? "null"} is no run: give a run from Get-OpsRun, or its RunId."),
        };
    }
}
