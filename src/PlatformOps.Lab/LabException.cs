namespace PlatformOps.Lab;

/// <summary>The lab cannot be made as asked: a bad option, world file or fault. The message is for people.</summary>
public sealed class LabException : Exception
{
    /// <summary>Makes one from a message.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one from a message and its cause.</summary>
    public LabException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
