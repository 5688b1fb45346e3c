namespace PlatformOps.Lab.Wire;

internal static class RouteExtensions
{
    /// <summary>Routes a call to a handler that runs alone: the world has one lock, and handlers never wait.</summary>
    public static void On(this IEndpointRouteBuilder routes, string method, string pattern, Func<LabCall, Answer> handler)
    {
        var lab = routes.ServiceProvider.GetService(typeof(LabContext)) as LabContext
            ?? throw new InvalidOperationException("no lab context");
        routes.MapMethods(pattern, [method], http =>
        {
            var call = http.Features.Get<LabCall>()!;
            lock (lab.World.Gate)
            {
                try
                {
                    call.Answer = handler(call);
                }
                catch (Refusal refusal)
                {
                    call.Answer = refusal.Answer;
                }
            }

            return Task.CompletedTask;
        });
    }
}
