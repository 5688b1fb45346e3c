namespace PlatformOps.Lab.Tests.Services.Jira;

public sealed class JqlTests
{
    private static Task<Reply> SearchAsync(LabUnderTest lab, string jql) => lab.JiraAsync("GET", $"/search?jql={Uri.EscapeDataString(jql)}&fields=summary");

    [Theory]
    [InlineData("project = MH", 6)]
    [InlineData("project = MH AND issuetype = HyperVisor ORDER BY created DESC", 6)]
    [InlineData("key in (MH-101, MH-103)", 2)]
    [InlineData("""summary ~ "hv01.lab.example" """, 1)]
    [InlineData("""summary ~ "gpu-node-1" """, 2)]
    [InlineData("labels = ops-gpu AND status = Backlog", 1)]
    [InlineData("labels is empty", 5)]
    [InlineData("status != Backlog", 0)]
    [InlineData("(key = MH-101 OR key = MH-102) AND NOT summary ~ \"hv01*\"", 1)]
    [InlineData("status in (Draining, \"Ready For Test\")", 0)]
    [InlineData("assignee is EMPTY order by key", 6)]
    public async Task Queries_find_what_jira_finds(string jql, int count)
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.JiraAsync("POST", "/issue", """{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"gpu-node-1","labels":["ops-gpu"]}}""");
        // Hyphens part words, so another name with the same words is found as well.
        await lab.JiraAsync("POST", "/issue", """{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"node 1 has a gpu"}}""");

        var reply = await SearchAsync(lab, jql);

        Assert.Equal(200, reply.Status);
        Assert.Equal(count, (int)reply.Json["total"]!);
    }

    [Theory]
    [InlineData("project = NOPE", "The value 'NOPE' does not exist for the field 'project'.")]
    [InlineData("key = MH-999", "An issue with key 'MH-999' does not exist for field 'key'.")]
    [InlineData("colour = red", "Field 'colour' does not exist or you do not have permission to view it.")]
    [InlineData("project = ", "Error in the JQL Query")]
    [InlineData("project = MH summary ~ x", "Error in the JQL Query")]
    [InlineData("summary = x", "is not supported")]
    public async Task What_is_wrong_with_a_query_is_400(string jql, string message)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await SearchAsync(lab, jql);

        Assert.Equal(400, reply.Status);
        Assert.Contains(message, (string)reply.Json["errorMessages"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_start_where_asked_and_tell_the_total()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var page = (await lab.JiraAsync("POST", "/search", """{"jql":"project = MH ORDER BY key","startAt":3,"maxResults":2,"fields":["summary"]}""")).Json;

        Assert.Equal(4, (int)page["total"]!);
        Assert.Equal("MH-104", (string)Assert.Single(page["issues"]!.AsArray())!["key"]!);
        Assert.Equal(["summary"], page["issues"]![0]!["fields"]!.AsObject().Select(pair => pair.Key));
    }
}
