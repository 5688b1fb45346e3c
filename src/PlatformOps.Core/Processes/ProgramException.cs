using PlatformOps.Errors;

namespace PlatformOps.Core.Processes;

/// <summary>A program is not installed, or may not be started. Nothing ran.</summary>
internal sealed class ProgramException : OpsException
{
    public ProgramException(string program, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Program = program;
        TargetName = program;
    }

    public override string ErrorId => "ProgramUnavailable";

    public string Program { get; }
}
