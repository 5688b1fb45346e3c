namespace PlatformOps.Lab.Control;

/// <summary>One change of the world's state that a client made.</summary>
internal sealed record WriteRecord(int Sequence, DateTimeOffset At, string Service, string Call, string Target, string Detail);
