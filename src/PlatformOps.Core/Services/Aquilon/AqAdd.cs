using PlatformOps.Aquilon;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>One command that adds something to Aquilon.</summary>
/// <param name="Command">The arguments of <c>aq</c>.</param>
/// <param name="Undo">What takes it back; null where taking back another does.</param>
/// <param name="IsThere">Whether a machine has it already; false for a machine that is not there.</param>
internal sealed record AqAdd(IReadOnlyList<string> Command, IReadOnlyList<string>? Undo, Func<AquilonHost, bool> IsThere);
