namespace PlatformOps.Lab.World;

/// <summary>Who may log in to a service that has one account.</summary>
internal sealed record AccountData(string UserName, string Password);
