using PlatformOps.Lab.Faults;

namespace PlatformOps.Lab.Wire;

/// <summary>What every call to an emulated service passes: it is counted, faults strike it, its answer is written.</summary>
internal sealed class CallPipeline(LabContext lab, IReadOnlyList<ILabService> services)
{
    private const int MaxBody = 32 * 1024 * 1024;
    private const string LoginPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method=\"post\" action=\"/login\"><input name=\"username\"></form></body></html>";

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var service = services.FirstOrDefault(known => http.Request.Path.StartsWithSegments(known.Prefix, Ordinal));
        if (service is null)
        {
            await next(http);
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > MaxBody)
        {
            http.Response.StatusCode = 413;
            return;
        }

        var sent = body.ToArray();
        var call = new LabCall(http, lab, service, sent) { Parts = await FormPart.ReadAsync(http.Request.ContentType, sent, http.RequestAborted) };
        http.Features.Set(call);
        lab.Journal.Count(service.Name, call.Name);

        Fault[] faults;
        lock (lab.World.Gate)
        {
            faults = lab.Faults.Take(service.Name, [call.Name, call.ActualName], () => service.TargetsOf(call));
        }

        await lab.DelayAsync(faults, http.RequestAborted);

        var fault = Array.Find(faults, struck => struck.Kind != FaultKind.Delay);
        var answer = fault?.Kind switch
        {
            FaultKind.Reset => null,
            FaultKind.Status => OfStatus(fault, service),
            FaultKind.Html => Answer.Html(200, LoginPage),
            FaultKind.TokenExpired => Locked(() => service.TokenExpired(call)),
            _ => await RunAsync(call, service, next),
        };
        if (answer is null || fault?.Kind == FaultKind.ResetAfterCommit)
        {
            http.Abort();
            return;
        }

        if (fault?.Kind == FaultKind.Garbage)
            answer = answer with { Body = [0x00, 0xff, 0xfe, .. "}{ not what you expected"u8], ContentType = answer.ContentType ?? "application/json" };

        await WriteAsync(http, answer, truncated: fault?.Kind == FaultKind.Truncate);
    }

    private async Task<Answer> RunAsync(LabCall call, ILabService service, RequestDelegate next)
    {
        await next(call.Http);
        return call.Answer ?? Locked(() => service.Unrouted(call, pathKnown: call.Http.Response.StatusCode == 405));
    }

    private Answer Locked(Func<Answer> answer)
    {
        lock (lab.World.Gate)
        {
            try
            {
                return answer();
            }
            catch (Refusal refusal)
            {
                return refusal.Answer;
            }
        }
    }

    private static Answer OfStatus(Fault fault, ILabService service)
    {
        var reason = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(fault.Status);
        // These come from a gateway in front of the service: in HTML, whatever the service speaks.
        var answer = fault.Status is 502 or 503 or 504
            ? Answer.Html(fault.Status, $"<html><body><h1>{fault.Status} {reason}</h1></body></html>\n")
            : service.Failure(fault.Status, reason);
        return fault.RetryAfter is { } seconds ? answer.With("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)) : answer;
    }

    private static async Task WriteAsync(HttpContext http, Answer answer, bool truncated)
    {
        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            http.Response.Headers[name] = value;
        if (answer.ContentType is { } type)
            http.Response.ContentType = type;
        if (answer.Status is 204 or 304)
            return;

        http.Response.ContentLength = answer.Body.Length;
        if (HttpMethods.IsHead(http.Request.Method))
            return;

        if (!truncated)
        {
            await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
            return;
        }

        await http.Response.Body.WriteAsync(answer.Body.AsMemory(0, answer.Body.Length / 2), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }
}
