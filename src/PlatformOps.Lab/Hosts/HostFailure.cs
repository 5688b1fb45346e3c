namespace PlatformOps.Lab.Hosts;

/// <summary>A system call on a host failed; the message is the errno's text.</summary>
internal sealed class HostFailure(string message) : Exception(message)
{
    public const string NotFound = "No such file or directory";
    public const string Denied = "Permission denied";
    public const string IsDirectory = "Is a directory";
    public const string NotDirectory = "Not a directory";
    public const string Exists = "File exists";
    public const string NotEmpty = "Directory not empty";
    public const string NoSpace = "No space left on device";
    public const string NotPermitted = "Operation not permitted";
}
