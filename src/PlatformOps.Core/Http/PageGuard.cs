using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>Ends a list whose pages go round in circles or never end.</summary>
internal sealed class PageGuard(string service, string what, int maxPages = 10_000)
{
    private readonly HashSet<string> _seen = [];

    /// <summary>Takes the next page's address or token.</summary>
    /// <exception cref="ServiceException">It was given before, or there are too many.</exception>
    public string Next(string page)
    {
        if (!_seen.Add(page))
            throw new ServiceException(service, $"Could not {what}: the service gives the page {ServerText.Clean(page, 200)} as its own successor; the list cannot be read to its end.");
        if (_seen.Count > maxPages)
            throw new ServiceException(service, $"Could not {what}: more than {maxPages} pages.");
        return page;
    }
}
