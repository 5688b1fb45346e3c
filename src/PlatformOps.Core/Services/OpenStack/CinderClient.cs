using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Cinder: its services. Only administrators may list them; others get a 403.</summary>
/// <remarks>Block Storage API reference v3.</remarks>
internal sealed class CinderClient(CloudEndpoint endpoint)
{
    public CloudEndpoint Endpoint => endpoint;

    public async Task<IReadOnlyList<CinderService>> ServicesAsync(CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get("os-services", "list the block storage services"), null, cancellationToken);
        return answer.Read<CinderServices>(HttpServiceJson.Snake).Services ?? throw answer.Unexpected("no list of services");
    }
}
