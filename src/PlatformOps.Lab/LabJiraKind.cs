namespace PlatformOps.Lab;

/// <summary>Which Jira the written configuration points at; both are always served.</summary>
public enum LabJiraKind
{
    /// <summary>Jira Data Center under <c>/jira</c>: REST api/2, wiki markup.</summary>
    DataCenter,

    /// <summary>Jira Cloud under <c>/jira-cloud</c>: REST api/3, Atlassian Document Format.</summary>
    Cloud,
}
