namespace PlatformOps.Core.Logging;

/// <summary>Where an action says what it did: every command or call with its result. Secrets are removed on the way.</summary>
internal interface IActionLog
{
    /// <summary>Writes one entry.</summary>
    /// <param name="source">The service or host, such as <c>netbox</c>.</param>
    /// <param name="message">What was done and what came back.</param>
    void Write(string source, string message);
}
