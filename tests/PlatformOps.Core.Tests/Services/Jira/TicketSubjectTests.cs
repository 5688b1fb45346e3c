using PlatformOps.Core.Services.Jira;
using PlatformOps.Tickets;

namespace PlatformOps.Core.Tests.Services.Jira;

public sealed class TicketSubjectTests
{
    [Theory]
    [InlineData("hv1.example.org", "hv1.example.org", true)]
    [InlineData("Reinstall HV1.example.org (RL9).", "hv1.example.org", true)]
    [InlineData("Reinstall hv1, please.", "hv1.example.org", true)]
    [InlineData("hv1.example.org", "hv1", true)]
    [InlineData("hv10.example.org", "hv1.example.org", false)]
    [InlineData("hv1.other.org", "hv1.example.org", false)]
    [InlineData("old-hv1.example.org", "hv1.example.org", false)]
    [InlineData("hv1-ipmi", "hv1.example.org", false)]
    [InlineData("", "hv1", false)]
    public void A_summary_names_a_host_by_whole_words(string summary, string host, bool names)
        => Assert.Equal(names, TicketSubject.Names(Ticket(summary), host));

    [Fact]
    public void A_label_of_ours_names_the_host_whatever_the_summary_says()
        => Assert.True(TicketSubject.Names(Ticket("Rack 7", "ops-hv1.example.org"), "hv1.example.org"));

    private static Ticket Ticket(string summary, params string[] labels) => new() { TicketId = "MH-1", Summary = summary, Status = "Open", Url = "https://jira/MH-1", Labels = labels };
}
