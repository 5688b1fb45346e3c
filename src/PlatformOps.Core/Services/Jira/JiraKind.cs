namespace PlatformOps.Core.Services.Jira;

/// <summary>The two products called Jira: they differ in login, text format and search.</summary>
internal enum JiraKind
{
    DataCenter,
    Cloud,
}
