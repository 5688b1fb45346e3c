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
            null or "" => throw EmptyArgument.Error("a run, one of its steps, or its identifier: Get-OpsRun lists runs, and pipes on"),
            string id => id,
            OpsRun run => run.RunId,
            StepRecord step => step.RunId,
            // A part of an identifier may look like a number, such as 1821 or 1e45: the parser keeps what was typed.
            int or long or double or decimal or System.Numerics.BigInteger => LanguagePrimitives.ConvertTo<string>(input),
            _ => PSObject.AsPSObject(input).Properties["RunId"]?.Value as string
                ?? throw new ArgumentTransformationMetadataException($"{TypeWords.Of(value)} is no run: give a run from Get-OpsRun, or its RunId."),
        };
    }
}
