namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>The server opened no session on a connection, or ran no command in it: nothing ran.</summary>
internal sealed class SessionRefusedException(string reason) : Exception(reason);
