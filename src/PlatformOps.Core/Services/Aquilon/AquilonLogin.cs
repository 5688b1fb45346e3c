namespace PlatformOps.Core.Services.Aquilon;

/// <summary>How the Kerberos ticket that <c>aq</c> needs comes to its host.</summary>
internal enum AquilonLogin
{
    /// <summary>It is there already and renewed where it can be, or a keytab there gives one.</summary>
    Kerberos,

    /// <summary><c>kinit</c> with the password on its standard input.</summary>
    Password,
}
