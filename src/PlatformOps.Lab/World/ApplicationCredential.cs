namespace PlatformOps.Lab.World;

internal sealed record ApplicationCredential(string Id, string Name, string Secret, User User, Project Project, string[] Roles);
