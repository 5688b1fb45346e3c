using System.Collections;
using System.Management.Automation;
using PlatformOps.Core.Ssh;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>
/// Takes the name of a machine as text, or from an object that has it under the domain's own property name. Anything else does not
/// bind: a process piped by mistake is no hypervisor, whatever its ToString says.
/// </summary>
/// <param name="propertyNames">The properties that can have the name; the first that has one is taken.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TargetNameTransformationAttribute(params string[] propertyNames) : ArgumentTransformationAttribute
{
    /// <summary>The properties that can have the name.</summary>
    public string[] PropertyNames { get; } = propertyNames;

    /// <summary>Whether the name may be a pattern: only where something is read.</summary>
    public bool AllowsWildcards { get; set; }

    /// <summary>Whether nothing may come, or an object that has the property and no name in it.</summary>
    public bool AllowsNone { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData switch
    {
        null when AllowsNone => null,
        object[] many => many.Select(NameOf).ToArray(),
        IList list => list.Cast<object>().Select(NameOf).ToArray(),
        _ => NameOf(inputData),
    };

    /// <summary>A property that is text; what a script has put there can come wrapped.</summary>
    internal static string? TextOf(object input, string property)
    {
        var value = PSObject.AsPSObject(input).Properties[property]?.Value;
        return (value is PSObject wrapped ? wrapped.BaseObject : value) as string;
    }

    private string? NameOf(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        if (AllowsNone && value is not string && (value is null || PropertyNames.Any(property => PSObject.AsPSObject(value).Properties[property] is { Value: null or "" })))
            return null;
        if (value is null or "")
            throw EmptyArgument.Error($"a name, or an object with a {string.Join(" or ", PropertyNames)}, such as Get-Hypervisor and Import-MigrationList emit");
        var name = value as string
            ?? PropertyNames.Select(property => TextOf(input!, property)).FirstOrDefault(text => !string.IsNullOrEmpty(text))
            ?? throw new ArgumentTransformationMetadataException($"{TypeWords.Of(value)} has no {string.Join(" or ", PropertyNames)}.");
        var isPattern = WildcardPattern.ContainsWildcardCharacters(name);
        if (AllowsWildcards && isPattern)
            return name;
        return HostNameRule.IsValid(name)
            ? name
            : throw new ArgumentTransformationMetadataException(isPattern
                ? $"'{name}' is a pattern, and this cmdlet takes exact names only: a pattern could match more than was meant. Get-Hypervisor '{name}' lists what it matches and pipes on."
                : $"'{name}' is not {HostNameRule.Description}.");
    }
}
