namespace PlatformOps.Core.Migration;

/// <summary>How much a ticket is told.</summary>
internal enum TicketComments
{
    /// <summary>One comment for each phase, with its steps.</summary>
    Phase,

    /// <summary>One for each operation as it ends, too.</summary>
    Operation,
}
