using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>What a try means: whether it is an answer to its client, whether it may have changed something, whether another may go better; and what all tries together come to.</summary>
/// <remarks>It sends nothing and remembers nothing.</remarks>
/// <param name="service">The service as the configuration names it.</param>
/// <param name="deadline">What a call may take, repeats included.</param>
internal sealed class HttpJudge(string service, TimeSpan deadline)
{
    private const int MaxJsonDepth = 64;

    /// <summary>What a try's exception means: whether the request can have reached the service. Null where it is no fault of the connection.</summary>
    /// <param name="exception">What the try ended with.</param>
    /// <param name="answered">The status, where the answer had begun.</param>
    public static HttpFailure? Classify(Exception exception, int? answered)
    {
        var text = ServerText.Clean((exception.InnerException ?? exception).Message, 300);
        if (answered is { } status)
        {
            return exception is HttpFailure tooLong ? tooLong
                : exception is IOException or HttpRequestException ? new HttpFailure(Text($"answered {Status(status)}, and the connection broke in the middle of the answer: {text}"), exception) { IsTransient = true, CountsForBreaker = true }
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

    /// <summary>Whether a request that was answered so may have changed something. A refusal proves that it did not, but says nothing about an earlier try.</summary>
    public static bool MayHaveHappened(HttpAnswer answer) => answer.Status switch
    {
        // A success whose body cannot be used was a success; a login page was not.
        >= 200 and < 300 => !ServerText.IsHtml(answer),
        // Whoever says when to come again has not taken it.
        503 => RetryAfter(answer, default) is null,
        408 or >= 500 => true,
        _ => false,
    };

    /// <summary>Null where the answer is one that the call's client wants to have.</summary>
    public HttpFailure? Judge(HttpCall call, HttpAnswer answer, DateTimeOffset now)
    {
        if (answer.IsSuccess)
        {
            if (answer.Body.Length == 0 || answer.Status is 204 or 205 || call.Method == HttpMethod.Head || answer.Json.ValueKind != JsonValueKind.Undefined)
                return null;
            // Nothing that we call answers with a page, whatever else may be in its answer.
            if (ServerText.IsHtml(answer))
                return new HttpFailure(Text($"answered {answer.Status} with {ServerText.OfBody(answer)} instead of {(call.ExpectsJson ? "JSON" : "its own answer")}: a login page, or a proxy in between")) { Answer = answer, Advice = "Is the URL in the configuration the one of the API?" };
            if (!call.ExpectsJson)
                return null;
            if (answer.ContentType?.EndsWith("json", StringComparison.Ordinal) != true)
                return new HttpFailure(Text($"answered {answer.Status} with content of type '{ServerText.Clean(answer.ContentType ?? "none", 80)}' instead of JSON: {ServerText.Clean(answer.Beginning, 120)}")) { Answer = answer, Advice = "Is the URL in the configuration the one of the API?" };
            var cut = answer.WhyNotJson is null && IsCut(answer.Body.Span);
            return new HttpFailure(Text($"answered {answer.Status} with JSON that {(cut ? "is cut off" : answer.WhyNotJson ?? "cannot be read (malformed, or nested deeper than 64)")}, after {answer.Body.Length} bytes: …{Tail(answer)}")) { Answer = answer, IsTransient = cut };
        }

        if (call.Accept.Contains(answer.Status))
            return null;

        var retryAfter = RetryAfter(answer, now);
        return new HttpFailure(Text($"answered {Status(answer.Status)}{Said(answer)}"))
        {
            Answer = answer,
            IsTransient = answer.Status is 408 or 425 or 429 or 500 or 502 or 503 or 504,
            CountsForBreaker = answer.Status is 502 or 504 || (answer.Status == 503 && retryAfter is null),
            RetryAfter = answer.Status is 429 or 503 ? retryAfter : null,
            Advice = answer.Status switch
            {
                404 when ServerText.IsHtml(answer) || answer.Fault.Text is not { Length: > 0 } => $"Does the URL of {service} in the configuration end where its API begins?",
                403 => $"The account used for {service} lacks the right to do this.",
                429 or 503 when retryAfter >= deadline => Text($"It asks to wait {retryAfter?.TotalSeconds:F0} s, longer than a call may take ({deadline.TotalSeconds:F0} s): try again then."),
                >= 500 when answer.RequestId is { } id => $"The service's log has it as {ServerText.Clean(id, 80)}.",
                _ => null,
            },
        };
    }

    /// <summary>A credential that was refused, and there is no other.</summary>
    public HttpFailure NotLetIn(HttpAnswer answer) => new(Text($"answered {Status(answer.Status)}{Said(answer)}"))
    {
        Answer = answer,
        Advice = $"Are the credentials of {service} right and still valid?",
        LoginRefused = true,
    };

    // A page is what a proxy before it says, not the service.
    private static string Said(HttpAnswer answer) => answer.Fault.Text is not { Length: > 0 } text ? "" : ServerText.IsHtml(answer) ? $" with {text}" : $": {text}";

    /// <summary>What the caller is told when no further try is made.</summary>
    /// <param name="failure">How the last try ended.</param>
    /// <param name="tries">How many there were.</param>
    /// <param name="mayHaveHappened">At least one of them left us and was not refused.</param>
    /// <param name="url">As it may be shown.</param>
    public Exception Final(HttpCall call, string url, HttpFailure failure, int tries, bool mayHaveHappened, Func<string, string> clean)
    {
        var tried = tries > 1 ? Text($" Tried {tries} times.") : "";
        var what = failure.Message.TrimEnd('.');
        if (!call.Reads && mayHaveHappened)
            return new OutcomeUnknownException(clean($"It is not known whether this happened: {call.What}. {service} ({call.Method} {url}) {what}.{tried} Look at the present state before doing it again.{After(failure.Advice)}"), failure);
        var message = clean($"Could not {call.What}: {service} ({call.Method} {url}) {what}.{tried}{After(failure.Advice ?? Usual(failure))}");
        var status = failure.Answer?.Status ?? 0;
        var fault = failure.Answer?.Fault;
        return status is 401 or 403 || failure.LoginRefused
            ? new ServiceAuthenticationException(service, message, status, failure.InnerException) { FaultCode = fault?.Code }
            : new ServiceException(service, message, status, failure.InnerException) { FaultCode = fault?.Code, RetryAfter = failure.RetryAfter };
    }

    private static string After(string? advice) => advice is null ? "" : " " + advice;

    // Nothing where the service's own words are all there is to say.
    private string? Usual(HttpFailure failure) => failure.Answer?.Status switch
    {
        404 => "Is the URL in the configuration the one of the API?",
        429 => $"Try again later, or ask {service} less at a time (http.max-concurrency).",
        >= 400 and < 500 => null,
        _ => $"Look whether {service}, and what is between it and us, is well; then try again.",
    };

    private static HttpFailure Untrusted(Exception exception, string text) => new($"was not trusted: {text}", exception)
    {
        WasNotSent = true,
        Advice = "If the certificate is right, name its authority with http.ca-file or its thumbprint with http.thumbprint.",
    };

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

    /// <summary>Seconds or a date (RFC 9110, 10.2.3); a date counts from the server's own clock, so that a difference between the clocks does not matter.</summary>
    private static TimeSpan? RetryAfter(HttpAnswer answer, DateTimeOffset now)
    {
        if (answer.Header("Retry-After") is not { } text || !RetryConditionHeaderValue.TryParse(text, out var value))
            return null;
        if (value.Delta is { } delta)
            return delta;
        var from = DateTimeOffset.TryParse(answer.Header("Date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : now;
        return value.Date is { } at && at > from ? at - from : TimeSpan.Zero;
    }

    private static string Status(int status) => Enum.IsDefined((HttpStatusCode)status) ? Text($"{status} {(HttpStatusCode)status}") : status.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
