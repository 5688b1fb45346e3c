using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes a ticket's key as text, or from an object that has one as TicketId. Anything else does not bind.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class TicketIdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether an object that has a HypervisorName may come without a key.</summary>
    public bool AllowsNone { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData switch
    {
        object[] many => many.Select(KeyOf).ToArray(),
        IList list => list.Cast<object>().Select(KeyOf).ToArray(),
        _ => KeyOf(inputData),
    };

    private string? KeyOf(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        if (value is string { Length: > 0 } text)
        {
            return Key().IsMatch(text)
                ? text
                : throw new ArgumentTransformationMetadataException($"'{text}' is no ticket's key; one looks like MH-101.");
        }

        var isEmpty = value is null or "";
        if (!isEmpty && TargetNameTransformationAttribute.TextOf(input!, "TicketId") is { Length: > 0 } key)
            return KeyOf(key);
        var host = isEmpty ? null : TargetNameTransformationAttribute.TextOf(input!, "HypervisorName");
        if (AllowsNone && (isEmpty || host is not null))
            return null;
        if (isEmpty)
            throw EmptyArgument.Error("a key such as MH-101, or an object with a TicketId, such as Get-Ticket and New-MigrationTicket emit");
        throw new ArgumentTransformationMetadataException(host is not null
            ? $"{host} comes without a ticket. New-MigrationTicket finds or makes it, and Get-Ticket -HypervisorName finds it."
            : $"{TypeWords.Of(value)} has no TicketId.");
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
