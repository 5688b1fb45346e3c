namespace PlatformOps.Lab.Hosts.Shell;

internal sealed class ShellSyntaxException(string message) : Exception(message);
