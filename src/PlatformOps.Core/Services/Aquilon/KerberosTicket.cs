namespace PlatformOps.Core.Services.Aquilon;

/// <summary>The Kerberos ticket of the account that runs <c>aq</c>.</summary>
/// <param name="Principal">Whose it is.</param>
/// <param name="Remaining">How long it is good for from now.</param>
internal sealed record KerberosTicket(string Principal, TimeSpan Remaining);
