namespace PlatformOps.Lab.Wire;

/// <summary>Ends a handler early with an error answer.</summary>
internal sealed class Refusal(Answer answer) : Exception($"refused with {answer.Status}")
{
    public Answer Answer { get; } = answer;
}
