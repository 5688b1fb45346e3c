namespace PlatformOps.Core.Services.Kayobe;

/// <summary>What will run: worked out before it does, and kept with the intent, so that whoever resumes finds the same run.</summary>
/// <param name="Command">The command's words, <c>kayobe</c> first; no secret is in them.</param>
/// <param name="Hosts">The hosts that have to come through it, as the inventory names them; none where it is for no certain ones.</param>
internal sealed record KayobeState(IReadOnlyList<string> Command, IReadOnlyList<string> Hosts);
