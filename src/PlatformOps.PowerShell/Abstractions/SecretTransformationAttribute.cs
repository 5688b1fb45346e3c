using System.Management.Automation;
using System.Net;
using System.Security;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Takes a secret as a SecureString, or as text that is there anyway, such as another command's output.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string text ? Secure(text) : value;
    }

    internal static SecureString Secure(string text)
    {
        var secret = new SecureString();
        foreach (var c in text)
            secret.AppendChar(c);
        secret.MakeReadOnly();
        return secret;
    }

    internal static string Reveal(SecureString secret) => new NetworkCredential("", secret).Password;
}
