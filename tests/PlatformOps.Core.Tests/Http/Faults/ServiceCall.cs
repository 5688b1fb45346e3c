using PlatformOps.Core.Services;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>A public method of a service's client, ready to be called on the lab's first hypervisors.</summary>
/// <param name="Client">The client's class.</param>
/// <param name="Method">The method's name.</param>
/// <param name="PrepareAsync">Bends the world so that there is something to do, and answers what the method needs to know.</param>
/// <param name="InvokeAsync">Calls it, given what <paramref name="PrepareAsync"/> answered.</param>
internal sealed record ServiceCall(Type Client, string Method, Func<IServiceScope, CancellationToken, Task<object?>> PrepareAsync, Func<IServiceScope, object?, CancellationToken, Task> InvokeAsync)
{
    public string Name => $"{Client.Name}.{Method}";

    public static ServiceCall Of<T>(string method, Func<T, CancellationToken, Task> invoke)
        where T : class
        => new(typeof(T), method, (_, _) => Task.FromResult<object?>(null), (scope, _, token) => invoke(scope.Get<T>(), token));

    public static ServiceCall Of<T, TState>(string method, Func<IServiceScope, CancellationToken, Task<TState>> prepare, Func<T, TState, CancellationToken, Task> invoke)
        where T : class
        => Of<T, T, TState>(method, prepare, (scope, _) => scope.Get<T>(), invoke);

    /// <summary>Where the client is not a session's own but got from one.</summary>
    public static ServiceCall Of<TOwner, T, TState>(string method, Func<IServiceScope, CancellationToken, Task<TState>> prepare, Func<IServiceScope, TState, T> client, Func<T, TState, CancellationToken, Task> invoke)
        where TOwner : class
        => new(typeof(T), method, async (scope, token) => await prepare(scope, token), (scope, state, token) => invoke(client(scope, (TState)state!), (TState)state!, token));

    public override string ToString() => Name;
}
