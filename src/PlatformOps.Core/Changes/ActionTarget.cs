namespace PlatformOps.Core.Changes;

/// <summary>What an action works on.</summary>
/// <param name="Kind">What it is: <c>hypervisor</c>, <c>host</c>, <c>vm</c>, <c>ticket</c> …</param>
/// <param name="Name">The name the user gave.</param>
/// <param name="TicketId">Its ticket, if it has one.</param>
internal sealed record ActionTarget(string Kind, string Name, string? TicketId = null);
