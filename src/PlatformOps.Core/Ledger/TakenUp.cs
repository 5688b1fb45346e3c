namespace PlatformOps.Core.Ledger;

/// <summary>A run was taken up again by another process than the one before: to go on with it, to decide something of it, or to take it back.</summary>
/// <param name="By">The process.</param>
/// <param name="Left">How the one before had left it; null where that was interrupted.</param>
internal sealed record TakenUp(ProcessStarted By, RunEnded? Left);
