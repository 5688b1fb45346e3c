using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What a single call of a command has beside its parameters: input and output, which can hold secrets and so are never journaled.</summary>
/// <param name="Input">What goes to its standard input; nothing where null.</param>
/// <param name="Ended">Is told how it ended, whatever the end was.</param>
internal sealed record HostCommandCall(ReadOnlyMemory<byte>? Input, Action<RemoteCommandResult> Ended);
