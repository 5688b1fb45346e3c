using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>A link of a list to another of its pages, as Nova, Neutron and Cinder give it.</summary>
internal sealed record PageLink(string? Rel, string? Href)
{
    /// <summary>The marker in a <c>next</c> link. Only it is used: the link itself names the host that the service thinks it has, which behind a proxy is another.</summary>
    public static string? NextMarker(IReadOnlyList<PageLink>? links, HttpAnswer answer)
    {
        if (links?.FirstOrDefault(link => link.Rel == "next")?.Href is not { } href)
            return null;
        var query = href.Split('?', 2) is [_, var text] ? text : "";
        return query.Split('&').Select(part => part.Split('=', 2)).Where(pair => pair is ["marker", _]).Select(pair => Uri.UnescapeDataString(pair[1])).FirstOrDefault()
            ?? throw answer.Unexpected($"a link to the next page that has no marker: {ServerText.Clean(href, 200)}");
    }
}
