using System.Text;
using System.Text.Json;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>A session at one controller: logged in to once, however many ask; once more where its token is refused; ended when ours ends, because a controller has few.</summary>
/// <param name="address">The controller's address.</param>
/// <param name="http">The controller, without authentication.</param>
/// <param name="path">Its sessions.</param>
/// <param name="configuration">Who we are.</param>
/// <param name="secrets">Resolves the password.</param>
/// <remarks>DMTF DSP0266, "Redfish session login authentication".</remarks>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing to dispose of.
internal sealed class RedfishSession(string address, HttpService http, string path, BmcConfiguration configuration, SecretStore secrets) : HttpAuthentication
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Login? _login;
    private string? _refusal;

    public override Uri LoginAddress => new(http.BaseAddress, path);

    public override async ValueTask<object?> ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var login = await LoginAsync(cancellationToken);
        if (login.IsBasic)
            request.Headers.Authorization = new("Basic", login.Token);
        else
            request.Headers.TryAddWithoutValidation("X-Auth-Token", login.Token);
        return login;
    }

    public override ValueTask<bool> RefusedAsync(object? credential, HttpAnswer answer, CancellationToken cancellationToken)
    {
        var login = (Login)credential!;
        Interlocked.CompareExchange(ref _login, null, login);
        // A token may have expired; a password is what it is.
        if (login.IsBasic)
            _refusal = RefusalOf(answer);
        return ValueTask.FromResult(!login.IsBasic);
    }

    /// <summary>Logs out. A session that is not ended ends by itself some time later, so that a controller that is away is no error.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _login, null) is not { Path: { } session } login)
            return;
        try
        {
            await http.SendAsync(HttpCall.Delete(session, "end the session") with { Headers = new Dictionary<string, string> { ["X-Auth-Token"] = login.Token }, ExpectsJson = false }, cancellationToken);
        }
        catch (Exception e) when (e is OpsException or OperationCanceledException)
        {
        }
    }

    private async Task<Login> LoginAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _login) is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _login) is { } made)
                return made;
            if (_refusal is not null)
                throw new ServiceAuthenticationException(http.Service, $"{_refusal} It is not tried again in this session, so that no account is locked. Correct bmc.username and bmc.password and connect again.", 401);
            var login = await PostAsync(cancellationToken);
            Volatile.Write(ref _login, login);
            return login;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Login> PostAsync(CancellationToken cancellationToken)
    {
        var body = new Dictionary<string, string> { ["UserName"] = configuration.Username, ["Password"] = await secrets.ResolveAsync(configuration.Password, cancellationToken) };
        // A session too many changes nothing that anybody would miss: it may be asked for again.
        var answer = await http.SendAsync(HttpCall.Post(path, $"log in as {configuration.Username}", body) with { Reads = true, Accept = [401, 503] }, cancellationToken);
        // Sessions that a process left when it died are held for half an hour, and a controller has few.
        if (answer.Status == 503)
            return new Login(await BasicAsync(cancellationToken), null) { IsBasic = true };
        if (answer.Status == 401)
        {
            _refusal = RefusalOf(answer);
            throw new ServiceAuthenticationException(http.Service, _refusal, 401);
        }

        if (answer.Header("X-Auth-Token") is not { Length: > 0 } token)
            throw answer.Unexpected("no X-Auth-Token header");
        secrets.Redactor.Add(token);
        var link = answer.Json.ValueKind == JsonValueKind.Object ? answer.Read<RedfishLink>(HttpServiceJson.AsIs).Id : null;
        return new Login(token, RedfishService.PathOf(http.BaseAddress, link ?? answer.Header("Location")));
    }

    private string RefusalOf(HttpAnswer answer) => $"The BMC at {address} refused {configuration.Username}: {answer.Fault.Text.TrimEnd('.')}.";

    private async Task<string> BasicAsync(CancellationToken cancellationToken)
    {
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{configuration.Username}:{await secrets.ResolveAsync(configuration.Password, cancellationToken)}"));
        secrets.Redactor.Add(pair);
        return pair;
    }

    /// <param name="Token">The session's, or the pair of Basic.</param>
    /// <param name="Path">The session's; null where it is not told, or there is none.</param>
    private sealed record Login(string Token, string? Path)
    {
        public bool IsBasic { get; init; }
    }
}
