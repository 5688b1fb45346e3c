namespace PlatformOps.Lab.Hosts;

/// <summary>A ticket-granting ticket in an account's cache.</summary>
internal sealed record KerberosTicket(string Principal, DateTimeOffset Begins, DateTimeOffset Expires, DateTimeOffset RenewUntil);
