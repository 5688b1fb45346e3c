namespace PlatformOps.Errors;

/// <summary>A host could not be reached, did not let us in, or a command on it did not end as it should.</summary>
public sealed class RemoteHostException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="hostName">The host as it was addressed.</param>
    /// <param name="message">A message for people, without secrets and without raw output.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public RemoteHostException(string hostName, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        HostName = hostName;
        TargetName = hostName;
    }

    /// <inheritdoc/>
    public override string ErrorId => "RemoteHostFault";

    /// <summary>The host as it was addressed.</summary>
    public string HostName { get; }

    /// <summary>How the command ended, where one ran to its end; null where none ran, or its end is not known.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>True where logging in was refused (a key is tried once per host and run), as against a host that does not answer.</summary>
    public bool LoginRefused { get; init; }
}
