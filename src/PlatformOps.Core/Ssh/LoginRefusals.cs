using System.Collections.Concurrent;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>Remembers who was refused where: a refused key is tried once per host and session, because servers count failures and then lock out (PerSourcePenalties, fail2ban).</summary>
internal sealed class LoginRefusals
{
    private readonly ConcurrentDictionary<(string Host, string User, int Port), string> _refused = new();

    public void ThrowIfRefused(string host, string user, int port)
    {
        if (_refused.TryGetValue((host, user, port), out var message))
            throw new RemoteHostException(host, $"{message.TrimEnd('.')}. It was not tried again: a refused key is tried once per host and session.") { LoginRefused = true };
    }

    public void Add(string host, string user, int port, RemoteHostException error) => _refused[(host, user, port)] = error.Message;

    public void Remove(string host, string user, int port) => _refused.TryRemove((host, user, port), out _);
}
