namespace PlatformOps.Lab.Hosts;

/// <summary>An account of a host.</summary>
internal sealed record HostAccount(string Name, int Id, string Home, bool MaySudo)
{
    public bool IsRoot => Id == 0;
}
