using System.Runtime.InteropServices;
using System.Security;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Text in and out of PowerShell's SecureString.</summary>
internal static class SecureStrings
{
    public static SecureString From(string text)
    {
        var secure = new SecureString();
        foreach (var character in text)
            secure.AppendChar(character);
        secure.MakeReadOnly();
        return secure;
    }

    public static string Text(SecureString secure)
    {
        var plain = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            return Marshal.PtrToStringUni(plain, secure.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(plain);
        }
    }
}
