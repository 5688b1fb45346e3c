namespace PlatformOps.Core.Tests.Crash;

/// <summary>A process's way to the network, until it dies. What was sent is done there, whether or not its answer is still wanted.</summary>
internal sealed class MortalHandler(CrashProcess process) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        process.Death.ThrowIfCancellationRequested();
        if (process.EffectUnderWay is not { } step || request.Method == HttpMethod.Get || request.RequestUri!.AbsolutePath.StartsWith("/identity", StringComparison.Ordinal))
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, process.Death);
            return await base.SendAsync(request, life.Token);
        }

        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        process.Reach($"{step}/sent");
        process.Death.ThrowIfCancellationRequested();
        return response;
    }
}
