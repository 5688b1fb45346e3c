namespace PlatformOps.Lab.Tests.Services.Jira;

public sealed class CloudTests
{
    private const string Document = """{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"hello"}]},{"type":"codeBlock","content":[{"type":"text","text":"exit 1"}]}]}""";

    [Fact]
    public async Task It_is_cloud_and_takes_the_token_with_the_mail_address_only()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("Cloud", (string)(await lab.SendAsync("GET", "jira-cloud/rest/api/2/serverInfo")).Json["deploymentType"]!);
        Assert.NotNull((await lab.CloudAsync("GET", "/myself")).Json["accountId"]);
        Assert.Equal(401, (await lab.SendAsync("GET", "jira-cloud/rest/api/3/myself", null, ("Authorization", $"Bearer {lab.JiraToken}"))).Status);
    }

    [Fact]
    public async Task Texts_are_documents_and_plain_ones_are_refused()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var added = await lab.CloudAsync("POST", "/issue/MH-101/comment", $$"""{"body":{{Document}}}""");

        Assert.Equal(201, added.Status);
        Assert.Equal(JsonNode.Parse(Document)!.ToJsonString(), added.Json["body"]!.ToJsonString());
        Assert.Equal("""{"errorMessages":[],"errors":{"comment":"Comment body is not valid!"}}""", (await lab.CloudAsync("POST", "/issue/MH-101/comment", """{"body":"plain"}""")).Text);
        Assert.Equal(400, (await lab.CloudAsync("POST", "/issue/MH-101/comment", """{"body":{"type":"doc","version":1,"content":[{"type":"text","text":"bare"}]}}""")).Status);
        Assert.Equal(400, (await lab.CloudAsync("PUT", "/issue/MH-101", """{"fields":{"description":"plain"}}""")).Status);
    }

    [Fact]
    public async Task Both_kinds_show_the_same_tickets_each_in_its_text()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.CloudAsync("POST", "/issue/MH-101/comment", $$"""{"body":{{Document}}}""");
        await lab.JiraAsync("POST", "/issue/MH-101/comment", """{"body":"wiki\n{code}\nls\n{code}"}""");

        var wiki = (await lab.JiraAsync("GET", "/issue/MH-101/comment")).Json["comments"]!;
        var documents = (await lab.CloudAsync("GET", "/issue/MH-101/comment")).Json["comments"]!;

        Assert.Equal("hello\n{code}\nexit 1\n{code}", (string)wiki[0]!["body"]!);
        Assert.Equal("codeBlock", (string)documents[1]!["body"]!["content"]![1]!["type"]!);
    }

    [Fact]
    public async Task The_old_search_is_gone_and_the_new_one_pages_by_token()
    {
        await using var lab = await LabUnderTest.StartAsync();
        List<string> keys = [];
        string? token = null;
        do
        {
            var body = new JsonObject { ["jql"] = "project = MH ORDER BY key", ["maxResults"] = 3, ["fields"] = new JsonArray("summary") };
            if (token is not null)
                body["nextPageToken"] = token;
            var page = (await lab.CloudAsync("POST", "/search/jql", body)).Json;
            keys.AddRange(page["issues"]!.AsArray().Select(issue => (string)issue!["key"]!));
            token = (string?)page["nextPageToken"];
        }
        while (token is not null);

        Assert.Equal(["MH-101", "MH-102", "MH-103", "MH-104"], keys);
        Assert.Equal(410, (await lab.CloudAsync("GET", "/search?jql=project%3DMH")).Status);
        Assert.Equal(400, (await lab.CloudAsync("GET", "/search/jql?jql=ORDER%20BY%20created")).Status);
        Assert.Equal(["id"], (await lab.CloudAsync("GET", "/search/jql?jql=project%3DMH")).Json["issues"]![0]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task The_search_learns_late_of_a_new_issue_unless_it_is_reconciled()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { JiraSearchLag = TimeSpan.FromHours(1) });
        var created = await lab.CloudAsync("POST", "/issue", """{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"hv99.lab.example"}}""");
        async Task<int> Found(string extra = "") => (await lab.CloudAsync("GET", "/search/jql?jql=" + Uri.EscapeDataString("summary ~ \"hv99.lab.example\"") + extra)).Json["issues"]!.AsArray().Count;

        Assert.Equal(0, await Found());
        Assert.Equal(1, await Found($"&reconcileIssues={created.Json["id"]}"));
        Assert.Equal(200, (await lab.CloudAsync("GET", $"/issue/{created.Json["key"]}")).Status);
        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":3601}""");
        Assert.Equal(1, await Found());
    }

    [Fact]
    public async Task The_search_has_an_edited_issue_as_it_was_until_it_learns_or_is_reconciled()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { JiraSearchLag = TimeSpan.FromHours(1) });
        var id = (string)(await lab.CloudAsync("GET", "/issue/MH-101")).Json["id"]!;
        await lab.CloudAsync("PUT", "/issue/MH-101", """{"fields":{"summary":"renamed"}}""");
        await lab.CloudAsync("POST", "/issue/MH-101/comment", $$"""{"body":{{Document}}}""");
        var transition = (await lab.CloudAsync("GET", "/issue/MH-101/transitions")).Json["transitions"]!.AsArray()[^1]!;
        await lab.CloudAsync("POST", "/issue/MH-101/transitions", $$$"""{"transition":{"id":"{{{transition["id"]}}}"}}""");
        async Task<string[]> Found(string jql, string extra = "")
            => [.. (await lab.CloudAsync("GET", $"/search/jql?fields=summary&jql={Uri.EscapeDataString(jql)}{extra}")).Json["issues"]!.AsArray().Select(issue => (string)issue!["fields"]!["summary"]!)];

        Assert.Equal(["hv01.lab.example"], await Found("key = MH-101"));
        Assert.Empty(await Found("summary ~ \"renamed\""));
        Assert.Empty(await Found($"key = MH-101 AND status = \"{transition["to"]!["name"]}\""));
        Assert.Equal(["renamed"], await Found("summary ~ \"renamed\"", $"&reconcileIssues={id}"));
        Assert.Empty(await Found("summary ~ \"hv01.lab.example\"", $"&reconcileIssues={id}"));
        Assert.Equal("renamed", (string)(await lab.CloudAsync("GET", "/issue/MH-101")).Json["fields"]!["summary"]!);
        Assert.Equal(["renamed"], (await lab.JiraAsync("GET", "/search?jql=key%3DMH-101")).Json["issues"]!.AsArray().Select(issue => (string)issue!["fields"]!["summary"]!));
        Assert.Equal(400, (await lab.CloudAsync("GET", $"/search/jql?jql=key%3DMH-101&reconcileIssues={string.Join(',', Enumerable.Range(1, 51))}")).Status);
        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":3601}""");
        Assert.Equal(["renamed"], await Found($"key = MH-101 AND status = \"{transition["to"]!["name"]}\""));
    }

    [Fact]
    public async Task An_internal_comment_is_not_public()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var added = await lab.CloudAsync("POST", "/issue/MH-101/comment", $$$"""{"body":{{{Document}}},"properties":[{"key":"sd.public.comment","value":{"internal":true}}]}""");

        Assert.False((bool)added.Json["jsdPublic"]!);
    }

    [Fact]
    public async Task An_attachment_is_downloaded_by_the_api()
    {
        await using var lab = await LabUnderTest.StartAsync();
        using var form = new MultipartFormDataContent { { new StringContent("log"), "file", "log.txt" } };
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ops@lab.example:{lab.JiraToken}"));

        var added = await lab.SendAsync("POST", "jira-cloud/rest/api/3/issue/MH-101/attachments", form, ("Authorization", $"Basic {basic}"), ("X-Atlassian-Token", "no-check"));

        Assert.Equal("log", (await lab.SendAsync("GET", (string)added.Json[0]!["content"]!, null, ("Authorization", $"Basic {basic}"))).Text);
    }
}
