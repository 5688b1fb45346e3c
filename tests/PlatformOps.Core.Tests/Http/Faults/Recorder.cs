namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>Passes requests on to the lab and keeps what was said.</summary>
internal sealed class Recorder() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
{
    public List<Exchange> Exchanges { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var made = new Exchange(request.Method.Method, request.RequestUri!, sent, (int)response.StatusCode, [.. response.Headers, .. response.Content.Headers], body);
        lock (Exchanges)
            Exchanges.Add(made);
        response.Dispose();
        return made.Answer();
    }
}
