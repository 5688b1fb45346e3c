using System.Text;

namespace PlatformOps.Lab.Tests.Services.Jira;

public sealed class DataCenterTests
{
    [Fact]
    public async Task Server_info_answers_everybody_and_the_rest_only_those_who_log_in()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("Server", (string)(await lab.SendAsync("GET", "jira/rest/api/2/serverInfo")).Json["deploymentType"]!);
        Assert.Equal(401, (await lab.SendAsync("GET", "jira/rest/api/2/myself")).Status);
        Assert.Equal("ops", (string)(await lab.JiraAsync("GET", "/myself")).Json["name"]!);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"ops:{lab.JiraToken}"));
        Assert.Equal(200, (await lab.SendAsync("GET", "jira/rest/api/2/myself", null, ("Authorization", $"Basic {basic}"))).Status);
        Assert.Equal(404, (await lab.SendAsync("GET", "jira/rest/api/3/myself")).Status);
    }

    [Fact]
    public async Task Transitions_have_names_of_their_own_and_targets()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var offered = (await lab.JiraAsync("GET", "/issue/MH-101/transitions?expand=transitions.fields")).Json["transitions"]!.AsArray();
        var draining = offered.First(transition => (string)transition!["to"]!["name"]! == "Draining")!;

        Assert.Equal("Start draining", (string)draining["name"]!);
        Assert.NotNull(draining["fields"]);
        Assert.Equal(204, (await lab.JiraAsync("POST", "/issue/MH-101/transitions", $$$"""{"transition":{"id":"{{{draining["id"]}}}"}}""")).Status);
        Assert.Equal("Draining", (string)(await lab.JiraAsync("GET", "/issue/MH-101?fields=status")).Json["fields"]!["status"]!["name"]!);
        Assert.Equal(400, (await lab.JiraAsync("POST", "/issue/MH-101/transitions", """{"transition":{"id":"999"}}""")).Status);
        Assert.Equal("Backlog -> Draining", (string)Assert.Single((await lab.NowAsync("writes")).AsArray())!["detail"]!);
    }

    [Fact]
    public async Task Bulk_creation_gives_keys_and_errors_side_by_side()
    {
        await using var lab = await LabUnderTest.StartAsync();
        const string Good = """{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"a"}}""";
        const string Bad = """{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"b","labels":["a b"]}}""";

        var reply = await lab.JiraAsync("POST", "/issue/bulk", $$"""{"issueUpdates":[{{Good}},{{Bad}},{{Good}}]}""");
        var tooMany = await lab.JiraAsync("POST", "/issue/bulk", $$"""{"issueUpdates":[{{string.Join(',', Enumerable.Repeat(Good, 51))}}]}""");

        Assert.Equal(201, reply.Status);
        Assert.Equal(["MH-105", "MH-106"], reply.Json["issues"]!.AsArray().Select(issue => (string)issue!["key"]!));
        Assert.Equal(1, (int)Assert.Single(reply.Json["errors"]!.AsArray())!["failedElementNumber"]!);
        Assert.Equal(400, (await lab.JiraAsync("POST", "/issue/bulk", $$"""{"issueUpdates":[{{Bad}}]}""")).Status);
        Assert.Equal(400, tooMany.Status);
    }

    [Theory]
    [InlineData("""{"fields":{"issuetype":{"name":"HyperVisor"},"summary":"a"}}""", "project")]
    [InlineData("""{"fields":{"project":{"key":"MH"},"summary":"a"}}""", "issuetype")]
    [InlineData("""{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"}}}""", "summary")]
    [InlineData("""{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"a","components":[{"name":"No"}]}}""", "components")]
    [InlineData("""{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"a","assignee":{"name":"no"}}}""", "assignee")]
    [InlineData("""{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"a","customfield_1":1}}""", "customfield_1")]
    public async Task What_is_wrong_with_a_new_issue_is_said_by_field(string body, string field)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.JiraAsync("POST", "/issue", body);

        Assert.Equal(400, reply.Status);
        Assert.NotNull(reply.Json["errors"]![field]);
    }

    [Fact]
    public async Task Comments_carry_properties_and_are_listed_with_them_when_asked()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var added = await lab.JiraAsync("POST", "/issue/MH-101/comment", """{"body":"h1. hi","properties":[{"key":"ops","value":{"run":"1"}},{"key":"sd.public.comment","value":{"internal":true}}]}""");
        var id = (string)added.Json["id"]!;

        Assert.Equal(201, added.Status);
        Assert.Null((await lab.JiraAsync("GET", "/issue/MH-101/comment")).Json["comments"]![0]!["properties"]);
        Assert.Equal("1", (string)(await lab.JiraAsync("GET", "/issue/MH-101/comment?expand=properties")).Json["comments"]![0]!["properties"]![0]!["value"]!["run"]!);
        Assert.Equal("1", (string)(await lab.JiraAsync("GET", $"/comment/{id}/properties/ops")).Json["value"]!["run"]!);
        Assert.Equal(201, (await lab.JiraAsync("PUT", $"/comment/{id}/properties/new", "[1]")).Status);
        Assert.Equal(200, (await lab.JiraAsync("PUT", $"/comment/{id}/properties/new", "[2]")).Status);
        Assert.Equal(204, (await lab.JiraAsync("DELETE", $"/comment/{id}/properties/new")).Status);
        Assert.Equal(200, (await lab.JiraAsync("PUT", $"/issue/MH-101/comment/{id}", """{"body":"changed"}""")).Status);
        Assert.Equal(204, (await lab.JiraAsync("DELETE", $"/issue/MH-101/comment/{id}")).Status);
        Assert.Equal(404, (await lab.JiraAsync("GET", $"/issue/MH-101/comment/{id}")).Status);
        Assert.Equal(400, (await lab.JiraAsync("POST", "/issue/MH-101/comment", """{"body":" "}""")).Status);
    }

    [Fact]
    public async Task Attachments_need_the_xsrf_header_and_come_back_byte_for_byte()
    {
        await using var lab = await LabUnderTest.StartAsync();
        MultipartFormDataContent Form() => new() { { new ByteArrayContent([0, 1, 255]), "file", "phase log.bin" } };
        var authorization = ("Authorization", $"Bearer {lab.JiraToken}");

        Assert.Equal(403, (await lab.SendAsync("POST", "jira/rest/api/2/issue/MH-101/attachments", Form(), authorization)).Status);
        var added = await lab.SendAsync("POST", "jira/rest/api/2/issue/MH-101/attachments", Form(), authorization, ("X-Atlassian-Token", "no-check"));
        Assert.Equal("phase log.bin", (string)added.Json[0]!["filename"]!);
        Assert.Equal(3, (int)added.Json[0]!["size"]!);

        using var request = new HttpRequestMessage(HttpMethod.Get, (string)(await lab.JiraAsync("GET", "/issue/MH-101")).Json["fields"]!["attachment"]![0]!["content"]!);
        request.Headers.TryAddWithoutValidation(authorization.Item1, authorization.Item2);
        using var response = await lab.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 255], await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_edit_sets_fields_and_applies_operations()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(204, (await lab.JiraAsync("PUT", "/issue/MH-101", """{"fields":{"labels":["a","b"]},"update":{"comment":[{"add":{"body":"note"}}]}}""")).Status);
        Assert.Equal(204, (await lab.JiraAsync("PUT", "/issue/MH-101", """{"update":{"labels":[{"add":"c"},{"remove":"a"}]}}""")).Status);
        Assert.Equal(204, (await lab.JiraAsync("PUT", "/issue/MH-101/assignee", """{"name":"dana"}""")).Status);

        var fields = (await lab.JiraAsync("GET", "/issue/MH-101")).Json["fields"]!;
        Assert.Equal("""["b","c"]""", fields["labels"]!.ToJsonString());
        Assert.Equal("dana", (string)fields["assignee"]!["name"]!);
        Assert.Equal("note", (string)fields["comment"]!["comments"]![0]!["body"]!);
    }

    [Fact]
    public async Task An_unknown_issue_is_404_with_messages()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("""{"errorMessages":["Issue Does Not Exist"],"errors":{}}""", (await lab.JiraAsync("GET", "/issue/MH-999")).Text);
    }
}
