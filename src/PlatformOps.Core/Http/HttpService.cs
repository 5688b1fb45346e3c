using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>The way to one HTTP service: every call has a deadline, is repeated only where that is harmless, is authenticated, limited, logged, and fails with an error for people.</summary>
/// <remarks>
/// What is repeated: a call that HTTP calls idempotent or that its client declares so, and any call that provably was not sent.
/// A write that may have reached the service and was not answered ends as <see cref="OutcomeUnknownException"/>.
/// </remarks>
internal sealed class HttpService : IDisposable
{
    private const int Tries = 4;
    private const int MaxRedirects = 5;
    private const int LongestFault = 1024 * 1024;
    private const int FirstPiece = 256 * 1024;
    private static readonly TimeSpan WorthAWord = TimeSpan.FromSeconds(1.5);
    private static readonly ResiliencePropertyKey<CallState> StateKey = new("call");
    private static readonly string[] SecretParameters = ["token", "key", "password", "secret", "signature", "sig", "code"];
    private static readonly string UserAgent = $"PlatformOps/{typeof(HttpService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    private readonly HttpServiceOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeSpan _deadline;
    private readonly HttpJudge _judge;
    private readonly long _maxAnswer;
    private long _requests;
    private long _writes;

    public HttpService(HttpServiceOptions options)
    {
        var settings = options.Settings;
        _options = options;
        BaseAddress = options.BaseAddress.AbsoluteUri.EndsWith('/') ? options.BaseAddress : new Uri(options.BaseAddress.AbsoluteUri + "/");
        _invoker = new HttpMessageInvoker(options.Handler ?? HttpSockets.Create(settings), disposeHandler: options.Handler is null);
        _slots = new SemaphoreSlim(settings.MaxConcurrency, settings.MaxConcurrency);
        _deadline = settings.Timeout;
        _judge = new HttpJudge(options.Service, _deadline);
        _maxAnswer = settings.MaxAnswerMebibytes * 1024L * 1024L;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.Time }
            .AddTimeout(_deadline)
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Tries - 1,
                ShouldHandle = arguments => ValueTask.FromResult(ShouldRepeat(arguments.Outcome.Exception, arguments.Context)),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(arguments.Outcome.Exception, arguments.AttemptNumber)),
                OnRetry = arguments =>
                {
                    TellRepeat(arguments.Context.Properties.GetValue(StateKey, null!), arguments.Outcome.Exception, arguments.RetryDelay);
                    return default;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.9,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(60),
                BreakDuration = TimeSpan.FromSeconds(15),
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is HttpFailure { CountsForBreaker: true } or TimeoutRejectedException),
            })
            .AddTimeout(settings.TryTimeout < settings.Timeout ? settings.TryTimeout : settings.Timeout)
            .Build();
        if (settings.Insecure)
            Tell(new HttpExchange { Service = options.Service, Method = "CONNECT", Url = BaseAddress.GetLeftPart(UriPartial.Authority), Status = 0, Duration = TimeSpan.Zero, Try = 1, Remark = "warning: certificates of this service are not checked (http.insecure)" });
    }

    /// <summary>Ends with a slash.</summary>
    public Uri BaseAddress { get; }

    public string Service => _options.Service;

    public TimeProvider Time => _options.Time;

    /// <summary>Requests sent so far, repeats included.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Those of them that change something.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    /// <summary>Sends a call and answers what came back: a success, or a status that the call accepts.</summary>
    /// <exception cref="ServiceException">It failed, and changed nothing.</exception>
    /// <exception cref="ServiceAuthenticationException">The credentials or the right were refused.</exception>
    /// <exception cref="OutcomeUnknownException">It writes, was sent, and nobody knows what came of it.</exception>
    public async Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var state = new CallState(call, Resolve(call), _options.Time.GetTimestamp());
        await _slots.WaitAsync(cancellationToken);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            state.Start = _options.Time.GetTimestamp();
            context.Properties.Set(StateKey, state);
            return await _pipeline.ExecuteAsync(static (context, arguments) => new ValueTask<HttpAnswer>(arguments.Service.TryAsync(arguments.State, context.CancellationToken)), context, (Service: this, State: state));
        }
        catch (HttpFailure failure)
        {
            throw Final(state, failure);
        }
        catch (TimeoutRejectedException e)
        {
            var waited = _options.Time.GetElapsedTime(state.Start);
            throw Final(state, new HttpFailure(Silence(state, waited), e));
        }
        catch (BrokenCircuitException e)
        {
            throw Final(state, new HttpFailure("was not asked: nearly all calls of the last minute failed, so none is sent for 15 s", e) { Advice = $"Look whether {Service} is well; then try again." });
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            _slots.Release();
        }
    }

    public async Task<T> ReadAsync<T>(HttpCall call, JsonSerializerOptions options, CancellationToken cancellationToken)
        => (await SendAsync(call, cancellationToken)).Read<T>(options);

    public void Dispose()
    {
        _invoker.Dispose();
        _slots.Dispose();
    }

    /// <summary>A URL with its user and the values of secret parameters removed.</summary>
    internal static string Show(Uri url)
    {
        var query = url.Query.TrimStart('?');
        if (query.Length == 0)
            return url.GetLeftPart(UriPartial.Path).Replace(url.UserInfo.Length > 0 ? url.UserInfo + "@" : "\0", "", StringComparison.Ordinal);
        var parts = query.Split('&').Select(part =>
        {
            var name = part.Split('=')[0];
            return SecretParameters.Any(secret => name.EndsWith(secret, StringComparison.OrdinalIgnoreCase)) ? name + "=***" : part;
        });
        return $"{Show(new Uri(url.GetLeftPart(UriPartial.Path)))}?{string.Join('&', parts)}";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private Uri Resolve(HttpCall call)
    {
        var path = new StringBuilder(call.Path);
        var separator = call.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in call.Query)
        {
            if (value is null)
                continue;
            path.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        var url = new Uri(BaseAddress, path.ToString());
        // A page's "next" is the server's to write: behind a proxy it may name another scheme or host, and no credential follows it there.
        return IsSameOrigin(url) ? url : throw new ServiceException(Service, $"Could not {call.What}: {Service} at {BaseAddress.GetLeftPart(UriPartial.Authority)} points to {url.GetLeftPart(UriPartial.Authority)} for the rest, another origin, which is not followed. Correct the service's own idea of its URL, or the URL in the configuration.");
    }

    private bool IsSameOrigin(Uri url) => url.Scheme == BaseAddress.Scheme && url.Host == BaseAddress.Host && url.Port == BaseAddress.Port;

    private bool ShouldRepeat(Exception? exception, ResilienceContext context)
    {
        var state = context.Properties.GetValue(StateKey, null!);
        var remaining = _deadline - _options.Time.GetElapsedTime(state.Start);
        return exception switch
        {
            HttpFailure { WasNotSent: true, IsTransient: true } => true,
            HttpFailure { IsTransient: true } failure => state.Call.IsRepeatable && !(failure.RetryAfter >= remaining),
            TimeoutRejectedException => (state.Call.IsRepeatable || !state.MayHaveHappened) && remaining > TimeSpan.Zero,
            _ => false,
        };
    }

    private TimeSpan Delay(Exception? exception, int attempt)
    {
        if (exception is HttpFailure { RetryAfter: { } wanted })
            return wanted * (1 + (0.05 * _options.Random()));
        return TimeSpan.FromSeconds(0.5 * (1 << attempt) * (0.5 + _options.Random()));
    }

    private async Task<HttpAnswer> TryAsync(CallState state, CancellationToken cancellationToken)
    {
        state.Try++;
        var call = state.Call;
        var url = state.Url;
        for (var redirects = 0; ;)
        {
            var (answer, credential) = await RequestAsync(state, url, cancellationToken);
            if (_options.Authentication.IsRefusal(answer))
            {
                var another = await _options.Authentication.RefusedAsync(credential, answer, cancellationToken);
                // A refused credential means that the call was not done: any call may be sent again, once.
                if (another && !state.WasRenewed)
                {
                    state.WasRenewed = true;
                    continue;
                }

                throw _judge.NotLetIn(answer);
            }

            if (answer.Status is >= 500 or 407)
                _options.Authentication.Unanswered(credential);
            else
                _options.Authentication.Accepted(credential);

            if (answer.Status is 301 or 302 or 303 or 307 or 308)
            {
                url = Redirect(call, url, answer, ++redirects);
                continue;
            }

            return _judge.Judge(call, answer, _options.Time.GetUtcNow()) is { } failure ? throw failure : answer;
        }
    }

    private async Task<(HttpAnswer Answer, object? Credential)> RequestAsync(CallState state, Uri url, CancellationToken cancellationToken)
    {
        var call = state.Call;
        using var request = new HttpRequestMessage(call.Method, url)
        {
            // Sockets resend a request without a body by themselves when the connection closes unanswered: one that must not be sent twice gets an empty body.
            Content = call.MakeContent(HttpServiceJson.Snake) ?? (call.IsRepeatable ? null : new ByteArrayContent([])),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", call.ExpectsJson ? "application/json" : "*/*");
        foreach (var (name, value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        state.IsLoggingIn = true;
        var credential = await _options.Authentication.ApplyAsync(request, cancellationToken);
        state.IsLoggingIn = false;

        var start = _options.Time.GetTimestamp();
        Interlocked.Increment(ref _requests);
        if (!call.Reads)
            Interlocked.Increment(ref _writes);
        HttpResponseMessage? response = null;
        HttpAnswer answer;
        var hadAmbiguity = state.MayHaveHappened;
        state.MayHaveHappened = true;
        try
        {
            response = await _invoker.SendAsync(request, cancellationToken);
            var body = await ReadBodyAsync(response, cancellationToken);
            answer = new HttpAnswer
            {
                Status = (int)response.StatusCode,
                Headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                    .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                    .ToDictionary(group => group.Key, group => string.Join(", ", group.SelectMany(header => header.Value)), StringComparer.OrdinalIgnoreCase),
                Body = body,
                Url = Show(url),
                Service = Service,
                Call = call,
                ReadFault = ReadFault,
            };
            ParseIfJson(answer);
        }
        catch (Exception e)
        {
            _options.Authentication.Unanswered(credential);
            var failure = cancellationToken.IsCancellationRequested ? null : HttpJudge.Classify(e, (int?)response?.StatusCode);
            if (failure is { WasNotSent: true })
                state.MayHaveHappened = hadAmbiguity;
            Tell(state, url, (int)(response?.StatusCode ?? 0), start, null, failure?.Message ?? "given up: cancelled or out of time");
            if (failure is null)
                throw;
            throw failure;
        }
        finally
        {
            response?.Dispose();
        }

        // A refusal clears its own try only: one before it may have been done.
        state.MayHaveHappened = hadAmbiguity || HttpJudge.MayHaveHappened(answer);
        Tell(state, url, answer.Status, start, answer.RequestId, null);
        return (answer, credential);
    }

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var announced = response.Content.Headers.ContentLength;
        if (announced > _maxAnswer)
            throw TooLong();
        // What is announced need not come.
        using var body = new MemoryStream((int)Math.Min(announced ?? 0, FirstPiece));
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > _maxAnswer)
                throw TooLong();
            body.Write(buffer, 0, read);
        }

        // Sockets report this themselves; other handlers may not.
        return announced is null || body.Length >= announced || response.Content.Headers.ContentEncoding.Count > 0 || response.RequestMessage?.Method == HttpMethod.Head
            ? body.ToArray()
            : throw new HttpRequestException(HttpRequestError.ResponseEnded, Text($"{body.Length} of {announced} bytes came"));

        HttpFailure TooLong() => new(Text($"answered with more than {_options.Settings.MaxAnswerMebibytes} MiB; the rest was not read")) { Advice = "Is the URL in the configuration right? If so, raise http.max-answer-mebibytes." };
    }

    private static void ParseIfJson(HttpAnswer answer)
    {
        // Nobody says in more than this what went wrong.
        if (!answer.IsSuccess && answer.Body.Length > LongestFault)
            return;
        if (answer.Body.Length == 0 || answer.ContentType is not { } type || !type.EndsWith("json", StringComparison.Ordinal))
            return;
        try
        {
            answer.Json = JsonBody.Parse(answer.Body.Span);
        }
        catch (InvalidDataException e)
        {
            answer.WhyNotJson = ServerText.Clean(e.Message, 150);
        }
        catch (JsonException) when (!answer.IsSuccess)
        {
            // An error's text is shown as it is.
        }
        catch (JsonException)
        {
            // Judged below, where it is known what the call expects.
        }
    }

    private Uri Redirect(HttpCall call, Uri from, HttpAnswer answer, int count)
    {
        var target = Uri.TryCreate(from, answer.Header("Location") ?? "", out var url) ? url : null;
        var where = target is null ? "nowhere" : Show(target);
        if (target is null || !IsSameOrigin(target))
            throw new HttpFailure(Text($"answered {answer.Status} and points to {ServerText.Clean(where, 200)}, another origin, where no credentials are sent")) { Answer = answer, Advice = "Put the address that it points to into the configuration, if that is right." };
        if (call.Method != HttpMethod.Get && call.Method != HttpMethod.Head)
            throw new HttpFailure(Text($"answered {answer.Status} and points to {ServerText.Clean(where, 200)}; only reads follow it")) { Answer = answer, Advice = "Correct the URL in the configuration (http instead of https, a missing prefix or slash)." };
        return count <= MaxRedirects ? target : throw new HttpFailure(Text($"redirects in circles, to {ServerText.Clean(where, 200)}")) { Answer = answer, Advice = "Correct the URL in the configuration." };
    }

    private Exception Final(CallState state, HttpFailure failure) => _judge.Final(state.Call, Show(state.Url), failure, state.Try, state.MayHaveHappened, Clean);

    // A login is the call's own first step, and has its own place.
    private string Silence(CallState state, TimeSpan waited) => state.IsLoggingIn && _options.Authentication.LoginAddress is { } login
        ? Text($"was not asked: the login at {Show(login)} did not answer within {Math.Round(waited.TotalSeconds)} s")
        : Text($"did not answer within {Math.Round(waited.TotalSeconds)} s");

    private HttpFault ReadFault(HttpAnswer answer)
    {
        var fault = _options.ReadFault(answer);
        return fault with { Text = Clean(fault.Text) };
    }

    private string Clean(string text) => _options.Redactor?.Clean(text) ?? text;

    private void Tell(CallState state, Uri url, int status, long start, string? requestId, string? remark) => Tell(new HttpExchange
    {
        Service = Service,
        Method = state.Call.Method.Method,
        Url = Clean(Show(url)),
        Status = status,
        Duration = _options.Time.GetElapsedTime(start),
        Try = state.Try,
        RequestId = requestId is null ? null : ServerText.Clean(requestId, 80),
        Remark = remark is null ? null : Clean(remark),
    });

    // Nobody minds a second; what lasts is worth a word to whoever waits.
    private void TellRepeat(CallState state, Exception? exception, TimeSpan delay)
    {
        var waited = _options.Time.GetElapsedTime(state.Start);
        if (waited + delay < WorthAWord)
            return;
        var why = exception is HttpFailure failure ? failure.Message.TrimEnd('.') : Silence(state, waited);
        var until = _options.Time.GetUtcNow() + _deadline - waited;
        _options.Repeating?.Invoke(Service, Clean($"{Service} at {BaseAddress.GetLeftPart(UriPartial.Authority)} {why}. It is asked again to {state.Call.What}: {state.Try} of {Tries} tries so far, until {until:HH:mm:ss} UTC at the latest."));
    }

    private void Tell(HttpExchange exchange) => _options.Exchanged?.Invoke(exchange);

    private sealed class CallState(HttpCall call, Uri url, long start)
    {
        public HttpCall Call => call;

        public Uri Url => url;

        public long Start { get; set; } = start;

        public int Try { get; set; }

        public bool WasRenewed { get; set; }

        /// <summary>It waits for a credential.</summary>
        public bool IsLoggingIn { get; set; }

        /// <summary>At least one request left us and was not clearly refused.</summary>
        public bool MayHaveHappened { get; set; }
    }
}
