using System.Management.Automation;
using PlatformOps.Core.Ssh;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>
/// Takes the name of a machine as text, or from an object that has it under the domain's own property name. Anything else does not
/// bind: a process piped by mistake is no hypervisor, whatever its ToString says.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TargetNameTransformationAttribute(params string[] propertyNames) : ArgumentTransformationAttribute
{
    /// <summary>The properties that may have the name; the first that does is taken.</summary>
    public string[] PropertyNames { get; } = propertyNames;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData switch
    {
        object[] many => many.Select(NameOf).ToArray(),
        System.Collections.IList list => list.Cast<object>().Select(NameOf).ToArray(),
        _ => NameOf(inputData),
    };

    private string NameOf(object input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        var name = value as string ?? PropertyNames.Select(property => PSObject.AsPSObject(input).Properties[property]?.Value as string).FirstOrDefault(found => found is not null)
            ?? throw new ArgumentTransformationMetadataException($"A {value?.GetType().Name ?? "null"} has no {string.Join(", ", PropertyNames)}.");
        return HostNameRule.IsValid(name)
            ? name
            : throw new ArgumentTransformationMetadataException($"'{name}' is not a host name: letters, digits, dots and hyphens, at most 253 characters, and no wildcards where something is changed.");
    }
}
