namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>How the <c>ssh</c> program is used.</summary>
internal sealed record OpenSshSettings
{
    public string Program { get; init; } = "ssh";

    /// <summary>Its configuration file (<c>-F</c>); the user's and the system's where null.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>The bastion that every host is reached through: <c>ssh://[user@]host[:port]</c>.</summary>
    public Uri? Via { get; init; }

    /// <summary>One connection per host for all commands; Windows' OpenSSH cannot, and logs in for each.</summary>
    public bool SharesConnections { get; init; } = !OperatingSystem.IsWindows();

    /// <summary>After how long without use a shared connection ends by itself: also where our process was killed.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(1);
}
