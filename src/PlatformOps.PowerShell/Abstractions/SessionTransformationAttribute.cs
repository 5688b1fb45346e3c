using System.Management.Automation;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes a session as an object or by name.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SessionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string name)
            return value;
        var state = OpsRunspace.Current;
        return state.FindSession(name) ?? throw new ArgumentTransformationMetadataException(state.Sessions.Count == 0
            ? $"There is no session '{name}', and no other: Connect-PlatformOps first."
            : $"There is no session '{name}'; open are {string.Join(", ", state.Sessions.Select(session => "'" + session.Name + "'"))}.");
    }
}
