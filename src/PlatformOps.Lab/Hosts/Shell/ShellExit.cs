namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>The shell ends here: <c>exit</c>, or an error with <c>set -e</c>.</summary>
internal sealed class ShellExit(int status) : Exception("exit")
{
    public int Status { get; } = status;
}
