namespace PlatformOps.Lab.Tests.Clients;

public sealed class JiraClientTests
{
    [Fact]
    public async Task It_works_on_tickets()
    {
        await PeerProcess.RequirePythonAsync("jira", "python3-jira");
        await using var lab = await LabUnderTest.StartAsync();

        var output = await PeerProcess.PythonAsync("""
            import io, sys, jira
            j = jira.JIRA(sys.argv[1] + "jira", token_auth=sys.argv[2])
            print(j.server_info()["deploymentType"], j.myself()["name"])
            i, = j.search_issues('project = MH AND issuetype = HyperVisor AND summary ~ "hv01.lab.example"')
            print(i.key, i.fields.status)
            j.transition_issue(i, "Start draining", comment="moved")
            print(j.issue(i.key).fields.status)
            c = j.add_comment(i, "hello")
            c.update(body="changed")
            print([x.body for x in j.comments(i)])
            c.delete()
            j.add_attachment(i, io.BytesIO(b"data"), filename="log.txt")
            print(j.issue(i.key).fields.attachment[0].get())
            n = j.create_issue(project="MH", issuetype={"name": "HyperVisor"}, summary="hv99.lab.example", labels=["ops-hv99"])
            j.assign_issue(n, "dana")
            print(n.key, j.issue(n.key).fields.assignee, n.fields.labels)
            print([x["status"] for x in j.create_issues([{"project": "MH", "issuetype": {"name": "HyperVisor"}, "summary": "a"}, {"project": "MH", "issuetype": {"name": "HyperVisor"}, "summary": "b", "bogus": "1"}])])
            try:
                j.issue("MH-9999")
            except jira.JIRAError as e:
                print(e.status_code, e.text)
            """, lab.Server.Address.AbsoluteUri, lab.JiraToken);

        Assert.Equal(
            ["Server ops", "MH-101 Backlog", "Draining", "['moved', 'changed']", "b'data'", "MH-105 Dana Doe ['ops-hv99']", "['Success', 'Error']", "404 Issue Does Not Exist"],
            output.Split('\n'));
    }
}
