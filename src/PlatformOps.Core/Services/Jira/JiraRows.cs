using System.Globalization;
using System.Text.Json;

namespace PlatformOps.Core.Services.Jira;

// Objects as Jira's REST API sends them (v2 and v3 differ in the texts only).

internal sealed record JiraServerInfo(string? Version, string? DeploymentType, string? BaseUrl);

internal sealed record JiraIssue(string Id, string Key, JiraFields? Fields);

internal sealed record JiraFields
{
    public string? Summary { get; init; }

    public JiraName? Status { get; init; }

    public JiraName? Issuetype { get; init; }

    public JiraUser? Assignee { get; init; }

    public IReadOnlyList<string>? Labels { get; init; }

    public string? Created { get; init; }

    public string? Updated { get; init; }

    public IReadOnlyList<JiraAttachment>? Attachment { get; init; }
}

internal sealed record JiraName(string? Id, string? Name)
{
    /// <summary>Of a status: <c>new</c>, <c>indeterminate</c> or <c>done</c>.</summary>
    public JiraCategory? StatusCategory { get; init; }
}

internal sealed record JiraCategory(string? Key);

internal sealed record JiraUser(string? AccountId, string? Name, string? DisplayName, string? EmailAddress);

internal sealed record JiraAttachment(string Id, string Filename, long Size, string? Created);

internal sealed record JiraSearchPage(IReadOnlyList<JiraIssue>? Issues)
{
    // Data Center
    public int? StartAt { get; init; }

    public int? Total { get; init; }

    // Cloud
    public string? NextPageToken { get; init; }

    public bool? IsLast { get; init; }
}

internal sealed record JiraTransitions(IReadOnlyList<JiraTransition>? Transitions);

internal sealed record JiraTransition(string Id, string Name, JiraName? To)
{
    public Dictionary<string, JiraTransitionField>? Fields { get; init; }
}

internal sealed record JiraTransitionField(bool Required, bool HasDefaultValue, string? Name);

internal sealed record JiraComments(IReadOnlyList<JiraComment>? Comments, int? StartAt, int? Total);

internal sealed record JiraComment(string Id, JiraUser? Author, JsonElement Body, string? Created)
{
    public IReadOnlyList<JiraProperty>? Properties { get; init; }
}

internal sealed record JiraProperty(string Key, JsonElement Value);

internal sealed record JiraBulkAnswer(IReadOnlyList<JiraIssue>? Issues, IReadOnlyList<JiraBulkError>? Errors);

internal sealed record JiraBulkError(int? Status, int? FailedElementNumber, JsonElement ElementErrors);

internal static class JiraTime
{
    /// <summary>Jira writes the offset without a colon.</summary>
    public static DateTimeOffset? Parse(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
