using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
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
    private static readonly TimeSpan WorthAWord = TimeSpan.FromSeconds(1.5);
    private const int MaxJsonDepth = 64;
    private static readonly ResiliencePropertyKey<CallState> StateKey = new("call");
    private static readonly string[] SecretParameters = ["token", "key", "password", "secret", "signature", "sig", "code"];
    private static readonly string UserAgent = $"PlatformOps/{typeof(HttpService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    private readonly HttpServiceOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeSpan _deadline;
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
            throw Final(state, new HttpFailure(Text($"did not answer within {Math.Round(waited.TotalSeconds)} s"), e) { WasNotSent = !state.MayHaveHappened });
        }
        catch (BrokenCircuitException e)
        {
            throw Final(state, new HttpFailure("was not asked: nearly all calls of the last minute failed, so none is sent for 15 s", e) { WasNotSent = true });
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

                throw new HttpFailure(Text($"answered {Status(answer.Status)}: {answer.Fault.Text}")) { Answer = answer, Advice = $"Are the credentials of {Service} right and still valid?" };
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

            return Judge(call, answer);
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
        var credential = await _options.Authentication.ApplyAsync(request, cancellationToken);

        var start = _options.Time.GetTimestamp();
        Interlocked.Increment(ref _requests);
        if (!call.Reads)
            Interlocked.Increment(ref _writes);
        HttpResponseMessage? response = null;
        var hadAmbiguity = state.MayHaveHappened;
        state.MayHaveHappened = true;
        try
        {
            response = await _invoker.SendAsync(request, cancellationToken);
            var body = await ReadBodyAsync(response, cancellationToken);
            var answer = new HttpAnswer
            {
                Status = (int)response.StatusCode,
                Headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                    .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                    .ToDictionary(group => group.Key, group => string.Join(", ", group.SelectMany(header => header.Value)), StringComparer.OrdinalIgnoreCase),
                Body = body,
                Url = Show(url),
                Service = Service,
                What = call.What,
                ReadFault = ReadFault,
            };
            if (answer.Status is < 500 and not 408)
                state.MayHaveHappened = hadAmbiguity;
            ParseIfJson(answer);
            Tell(state, url, answer.Status, start, answer.RequestId, null);
            return (answer, credential);
        }
        catch (Exception e)
        {
            _options.Authentication.Unanswered(credential);
            var failure = cancellationToken.IsCancellationRequested ? null : Classify(e, response);
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
    }

    /// <summary>What a try's exception means: whether the request can have reached the service.</summary>
    private static HttpFailure? Classify(Exception exception, HttpResponseMessage? response)
    {
        var text = ServerText.Clean((exception.InnerException ?? exception).Message, 300);
        if (response is not null)
        {
            return exception is HttpFailure tooLong ? tooLong
                : exception is IOException or HttpRequestException ? new HttpFailure(Text($"answered {Status((int)response.StatusCode)}, and the connection broke in the middle of the answer: {text}"), exception) { IsTransient = true, CountsForBreaker = true }
                : null;
        }

        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new HttpFailure($"could not be reached: its name is not known ({text})", exception) { WasNotSent = true, IsTransient = true, CountsForBreaker = true, Advice = "Is the URL in the configuration right?" },
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new HttpFailure($"could not be reached: {text}", exception) { WasNotSent = true, IsTransient = true, CountsForBreaker = true, Advice = "Is the URL in the configuration right, and the service up?" },
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => new HttpFailure($"could not be reached through the proxy: {text}", exception) { WasNotSent = true, IsTransient = true, CountsForBreaker = true },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Untrusted(exception, text),
            HttpRequestException when exception.InnerException is AuthenticationException => Untrusted(exception, text),
            // The connect timeout of the sockets is a cancellation of their own.
            OperationCanceledException when exception.InnerException is TimeoutException => new HttpFailure($"could not be reached: {text}", exception) { WasNotSent = true, IsTransient = true, CountsForBreaker = true },
            HttpRequestException or IOException => new HttpFailure($"closed the connection without an answer: {text}", exception) { IsTransient = true, CountsForBreaker = true },
            _ => null,
        };
    }

    private static HttpFailure Untrusted(Exception exception, string text) => new($"was not trusted: {text}", exception)
    {
        WasNotSent = true,
        Advice = "If the certificate is right, name its authority with http.ca-file or its thumbprint with http.thumbprint.",
    };

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var announced = response.Content.Headers.ContentLength;
        if (announced > _maxAnswer)
            throw TooLong();
        using var body = new MemoryStream((int)(announced ?? 0));
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
        if (answer.Body.Length == 0 || answer.ContentType is not { } type || !type.EndsWith("json", StringComparison.Ordinal))
            return;
        try
        {
            answer.Json = JsonSerializer.Deserialize<JsonElement>(answer.Body.Span, HttpServiceJson.Snake);
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

    private HttpAnswer Judge(HttpCall call, HttpAnswer answer)
    {
        if (answer.IsSuccess)
        {
            if (!call.ExpectsJson || answer.Body.Length == 0 || answer.Status is 204 or 205 || call.Method == HttpMethod.Head || answer.Json.ValueKind != JsonValueKind.Undefined)
                return answer;
            if (ServerText.IsHtml(answer))
                throw new HttpFailure(Text($"answered {answer.Status} with {ServerText.OfBody(answer)} instead of JSON: a login page, or a proxy in between")) { Answer = answer, Advice = "Is the URL in the configuration the one of the API?" };
            if (answer.ContentType?.EndsWith("json", StringComparison.Ordinal) != true)
                throw new HttpFailure(Text($"answered {answer.Status} with content of type '{ServerText.Clean(answer.ContentType ?? "none", 80)}' instead of JSON: {ServerText.Clean(answer.Text, 120)}")) { Answer = answer, Advice = "Is the URL in the configuration the one of the API?" };
            var cut = IsCut(answer.Body.Span);
            throw new HttpFailure(Text($"answered {answer.Status} with JSON that {(cut ? "is cut off" : "cannot be read (malformed, or nested deeper than 64)")}, after {answer.Body.Length} bytes: …{Tail(answer)}")) { Answer = answer, IsTransient = cut };
        }

        if (call.Accept.Contains(answer.Status))
            return answer;

        var fault = answer.Fault;
        var retryAfter = RetryAfter(answer);
        throw new HttpFailure(Text($"answered {Status(answer.Status)}{(fault.Text.Length > 0 ? $": {fault.Text}" : "")}"))
        {
            Answer = answer,
            IsTransient = answer.Status is 408 or 425 or 429 or 500 or 502 or 503 or 504,
            CountsForBreaker = answer.Status is 502 or 504 || (answer.Status == 503 && retryAfter is null),
            RetryAfter = answer.Status is 429 or 503 ? retryAfter : null,
            Advice = answer.Status switch
            {
                403 => $"The account used for {Service} lacks the right to do this.",
                429 or 503 when retryAfter >= _deadline => Text($"It asks to wait {retryAfter?.TotalSeconds:F0} s, longer than a call may take ({_deadline.TotalSeconds:F0} s): try again then."),
                >= 500 when answer.RequestId is { } id => $"The service's log has it as {ServerText.Clean(id, 80)}.",
                _ => null,
            },
        };
    }

    private static bool IsCut(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxJsonDepth }));
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Tail(HttpAnswer answer) => ServerText.Clean(Encoding.UTF8.GetString(answer.Body.Span[^Math.Min(60, answer.Body.Length)..]), 60);

    private Uri Redirect(HttpCall call, Uri from, HttpAnswer answer, int count)
    {
        var target = Uri.TryCreate(from, answer.Header("Location") ?? "", out var url) ? url : null;
        var where = target is null ? "nowhere" : Show(target);
        if (target is null || !IsSameOrigin(target))
            throw new HttpFailure(Text($"answered {answer.Status} and points to {ServerText.Clean(where, 200)}, another origin, where no credentials are sent")) { Answer = answer, Advice = "Put the address that it points to into the configuration, if that is right." };
        if (call.Method != HttpMethod.Get && call.Method != HttpMethod.Head)
            throw new HttpFailure(Text($"answered {answer.Status} and points to {ServerText.Clean(where, 200)}; only reads follow it")) { Answer = answer, Advice = "Correct the URL in the configuration (http instead of https, a missing prefix or slash)." };
        return count <= MaxRedirects ? target : throw new HttpFailure(Text($"redirects in circles, to {ServerText.Clean(where, 200)}")) { Answer = answer };
    }

    /// <summary>Seconds or a date (RFC 9110, 10.2.3); a date counts from the server's own clock, so that a difference between the clocks does not matter.</summary>
    private TimeSpan? RetryAfter(HttpAnswer answer)
    {
        if (answer.Header("Retry-After") is not { } text || !RetryConditionHeaderValue.TryParse(text, out var value))
            return null;
        if (value.Delta is { } delta)
            return delta;
        var now = DateTimeOffset.TryParse(answer.Header("Date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : _options.Time.GetUtcNow();
        return value.Date is { } at && at > now ? at - now : TimeSpan.Zero;
    }

    private Exception Final(CallState state, HttpFailure failure)
    {
        var call = state.Call;
        var tried = state.Try > 1 ? Text($" Tried {state.Try} times.") : "";
        var advice = failure.Advice is { } text ? " " + text : "";
        var what = failure.Message.TrimEnd('.');
        var message = Clean($"Could not {call.What}: {Service} ({call.Method} {Show(state.Url)}) {what}.{tried}{advice}");
        var status = failure.Answer?.Status ?? 0;
        var isRefused = status is >= 400 and < 500 and not 408 || (status == 503 && failure.RetryAfter is not null);
        if (!call.Reads && !isRefused && MayHaveHappened(state, failure))
            return new OutcomeUnknownException(Clean($"It is not known whether this happened: {call.What}. {Service} ({call.Method} {Show(state.Url)}) {what}.{tried} Look at the present state before doing it again.{advice}"), failure);
        var fault = failure.Answer?.Fault;
        return status is 401 or 403 || (failure.Answer is { } refused && _options.Authentication.IsRefusal(refused))
            ? new ServiceAuthenticationException(Service, message, status, failure.InnerException) { FaultCode = fault?.Code }
            : new ServiceException(Service, message, status, failure.InnerException) { FaultCode = fault?.Code, RetryAfter = failure.RetryAfter };
    }

    // A success whose body cannot be used was a success; a login page or a redirect was not.
    private static bool MayHaveHappened(CallState state, HttpFailure failure) => failure.Answer switch
    {
        null => state.MayHaveHappened,
        { IsSuccess: true } answer => answer.ContentType?.EndsWith("json", StringComparison.Ordinal) == true,
        _ => state.MayHaveHappened,
    };

    private static string Status(int status) => Enum.IsDefined((HttpStatusCode)status) ? Text($"{status} {(HttpStatusCode)status}") : status.ToString(CultureInfo.InvariantCulture);

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
        var why = exception is HttpFailure failure ? failure.Message.TrimEnd('.') : Text($"did not answer within {Math.Round(waited.TotalSeconds)} s");
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

        /// <summary>At least one request left us and was not answered by a clear refusal.</summary>
        public bool MayHaveHappened { get; set; }
    }
}
