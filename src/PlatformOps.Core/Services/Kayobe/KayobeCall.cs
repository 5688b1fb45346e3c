namespace PlatformOps.Core.Services.Kayobe;

/// <summary>What a single call wants to hear beside its outcome.</summary>
/// <param name="Line">Takes each line of output as it comes.</param>
/// <param name="Ended">Takes how it ended, whatever the end was.</param>
internal sealed record KayobeCall(Action<string> Line, Action<KayobeResult> Ended);
