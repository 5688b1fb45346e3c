using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using PlatformOps.PowerShell.Commands.Lab;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class LabCommandTests : LabShell
{
    [Fact]
    public async Task Every_effect_that_a_lab_has_is_offered_and_explained_and_no_other()
    {
        // A lab that is asked for one that it does not have lists those that it has.
        using var http = new HttpClient();
        var refused = await http.PostAsJsonAsync(new Uri(await AddressAsync(), "lab/faults"), new { service = "*", effect = "nonsense" }, TestContext.Current.CancellationToken);
        var told = (string)JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        var effects = told[(told.IndexOf("known: ", StringComparison.Ordinal) + 7)..told.LastIndexOf(')')].Split(", ");

        Assert.Contains("disk-full", effects);
        Assert.Equal(effects.Order(StringComparer.Ordinal), Complete("Add-OpsLabFault ssh ").Select(word => word.Split(':')[0].Trim('\'')).Order(StringComparer.Ordinal));
        var help = XDocument.Load(Path.ChangeExtension(typeof(AddOpsLabFaultCommand).Assembly.Location, "xml"))
            .Descendants("member").Single(member => member.Attribute("name")!.Value == $"P:{typeof(AddOpsLabFaultCommand).FullName}.{nameof(AddOpsLabFaultCommand.Effect)}").Element("summary")!.Value;
        // Each with a verb behind it that says what it does.
        Assert.All(effects, effect => Assert.Matches($@"(?:^|[:;])\s+{effect}(?::\d+)? [a-z]+s ", help));
    }

    private async Task<Uri> AddressAsync()
    {
        var url = (string)(await ReadAsync(""))["services"]![0]!["url"]!;
        return new Uri(new Uri(url).GetLeftPart(UriPartial.Authority));
    }
}
