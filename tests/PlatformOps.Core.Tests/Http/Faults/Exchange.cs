using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>A request as it was sent to the lab, and the lab's answer.</summary>
internal sealed partial record Exchange(string Method, Uri Url, string RequestBody, int Status, IReadOnlyList<KeyValuePair<string, IEnumerable<string>>> Headers, byte[] Body)
{
    public string Line => $"{Method} {Url.PathAndQuery}";

    /// <summary>The call without what names one thing or another: numbers, ids, tickets and what is asked for.</summary>
    public string Shape => $"{Method} {Names().Replace(Url.AbsolutePath, "*")}{(Url.Query.Length == 0 ? "" : "?")}";

    /// <summary>Changes nothing: what reads by its method, logins, searches, and the question whether a silence may be made.</summary>
    public bool Reads => Method is "GET" or "HEAD" or "OPTIONS"
        || Method == "POST" && (Url.AbsolutePath.EndsWith("/auth/tokens", StringComparison.Ordinal) || Url.AbsolutePath.EndsWith("/search/jql", StringComparison.Ordinal) || Url.AbsolutePath.EndsWith("/Sessions", StringComparison.Ordinal) || RequestBody == "{}");

    /// <summary>Twice has the effect of once (RFC 9110, 9.2.2).</summary>
    public bool IsRepeatable => Reads || Method is "PUT" or "DELETE";

    public bool IsLogin => Method == "POST" && (Url.AbsolutePath.EndsWith("/auth/tokens", StringComparison.Ordinal) || Url.AbsolutePath.EndsWith("/Sessions", StringComparison.Ordinal));

    public bool IsSuccess => Status is >= 200 and < 300;

    public string Text => Encoding.UTF8.GetString(Body);

    public HttpResponseMessage Answer(byte[]? body = null, int? status = null)
        => With(new ByteArrayContent(body ?? Body), status);

    /// <summary>The same answer with another body.</summary>
    public HttpResponseMessage With(HttpContent content, int? status = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)(status ?? Status)) { Content = content };
        foreach (var (name, values) in Headers)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                continue;
            if (!response.Headers.TryAddWithoutValidation(name, values))
                content.Headers.TryAddWithoutValidation(name, values);
        }

        return response;
    }

    public override string ToString() => Shape;

    [GeneratedRegex(@"(?<=/)([0-9]+|[0-9a-f-]{32,36}|MH-[0-9]+|hv[0-9]+[^/]*|CUSTOM_[A-Z]+|[A-Za-z0-9]{16,})(?=/|$)")]
    private static partial Regex Names();
}
