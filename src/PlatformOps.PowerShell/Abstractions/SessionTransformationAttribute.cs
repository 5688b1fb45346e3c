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
        // Whoever names a session means no other: least of all the current one, in another environment perhaps.
        if (value is null or "")
            throw EmptyArgument.Error("a session or its name, as Get-PlatformOpsSession lists them, or leave it away for the current one");
        if (value is not string name)
            return value;
        var state = OpsRunspace.Current;
        return state.FindSession(name) ?? throw new ArgumentTransformationMetadataException(state.Sessions.Count == 0
            ? $"There is no session '{name}', and no other: Connect-PlatformOps first."
            : $"There is no session '{name}'; open are {string.Join(", ", state.Sessions.Select(session => "'" + session.Name + "'"))}.");
    }
}
