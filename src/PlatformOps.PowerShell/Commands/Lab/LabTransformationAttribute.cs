using System.Collections;
using System.Management.Automation;
using PlatformOps.Labs;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Takes a lab as an object or by its process.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LabTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = Unwrap(inputData);
        return value is IList list ? list.Cast<object>().Select(Unwrap).ToArray() : value;
    }

    private static object Unwrap(object value)
    {
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain is OpsLab lab ? lab.ProcessId : plain;
    }
}
