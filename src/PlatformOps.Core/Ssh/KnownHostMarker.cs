namespace PlatformOps.Core.Ssh;

/// <summary>The marker that a line of a known_hosts file begins with.</summary>
internal enum KnownHostMarker
{
    None,
    Revoked,
    CertAuthority,
}
