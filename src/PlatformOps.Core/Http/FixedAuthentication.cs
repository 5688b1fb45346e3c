using System.Net.Http.Headers;
using System.Text;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>A credential that never changes: a token or a password in a header. Until it has been accepted once, calls go one at a time; once refused, it is never sent again, so that no account is locked.</summary>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing to dispose of.
internal sealed class FixedAuthentication : HttpAuthentication
#pragma warning restore CA1001
{
    private readonly string _service;
    private readonly Func<CancellationToken, Task<AuthenticationHeaderValue>> _header;
    private readonly Func<HttpAnswer, bool>? _isRefusal;
    private readonly string _keys;
    private readonly SemaphoreSlim _first = new(1, 1);
    private volatile AuthenticationHeaderValue? _value;
    private volatile bool _isProven;
    private volatile string? _refusal;

    /// <param name="service">The service's name.</param>
    /// <param name="keys">The configuration's keys it comes from, for errors.</param>
    /// <param name="header">Makes the header; asked once.</param>
    /// <param name="isRefusal">How the service says that a credential is bad, where it is not by 401.</param>
    public FixedAuthentication(string service, string keys, Func<CancellationToken, Task<AuthenticationHeaderValue>> header, Func<HttpAnswer, bool>? isRefusal = null)
    {
        (_service, _keys, _header, _isRefusal) = (service, keys, header, isRefusal);
    }

    public static FixedAuthentication Bearer(string service, string keys, SecretStore secrets, Secret token)
        => new(service, keys, async cancellationToken => new("Bearer", await secrets.ResolveAsync(token, cancellationToken)));

    public static FixedAuthentication Basic(string service, string keys, SecretStore secrets, string userName, Secret password)
        => new(service, keys, async cancellationToken =>
        {
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{await secrets.ResolveAsync(password, cancellationToken)}"));
            secrets.Redactor.Add(pair);
            return new("Basic", pair);
        });

    public override async ValueTask<object?> ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ThrowIfRefused();
        var lease = false;
        if (!_isProven)
        {
            await _first.WaitAsync(cancellationToken);
            lease = !_isProven && _refusal is null;
            if (!lease)
                _first.Release();
            ThrowIfRefused();
        }

        try
        {
            request.Headers.Authorization = _value ??= await _header(cancellationToken);
        }
        catch (FormatException e)
        {
            Return(lease);
            throw new ConfigurationException($"{_keys}: the value cannot be sent in a header: it has a line break or another control character.", innerException: e);
        }
        catch
        {
            Return(lease);
            throw;
        }

        return lease;
    }

    public override bool IsRefusal(HttpAnswer answer) => _isRefusal?.Invoke(answer) ?? base.IsRefusal(answer);

    public override ValueTask<bool> RefusedAsync(object? credential, HttpAnswer answer, CancellationToken cancellationToken)
    {
        _refusal = $"{answer.Status}: {answer.Fault.Text}";
        Return(credential);
        return ValueTask.FromResult(false);
    }

    public override void Accepted(object? credential)
    {
        _isProven = true;
        Return(credential);
    }

    public override void Unanswered(object? credential) => Return(credential);

    private void Return(object? lease)
    {
        if (lease is true)
            _first.Release();
    }

    private void ThrowIfRefused()
    {
        if (_refusal is { } refusal)
            throw new ServiceAuthenticationException(_service, $"{_service} refused {_keys} before ({refusal}); it is not sent again in this session, so that no account is locked. Correct it and connect again.", 401);
    }
}
