using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformOps.Errors;
using PlatformOps.Labs;

namespace PlatformOps.Core.Labs;

/// <summary>The control endpoint of a lab, on loopback.</summary>
internal static class LabControl
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Tells a lab of a fault.</summary>
    /// <exception cref="LabException">The lab does not answer, or does not know such a fault.</exception>
    public static async Task<OpsLabFault> AddFaultAsync(OpsLab lab, OpsLabFault fault, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["service"] = fault.Service, ["effect"] = fault.Effect };
        Add("call", fault.Call);
        Add("target", fault.Target);
        Add("count", fault.Count);
        Add("after", fault.After == 0 ? null : fault.After);
        Add("probability", fault.Probability >= 1 ? null : fault.Probability);
        Add("retry-after", fault.RetryAfter);
        try
        {
            using var response = await Http.PostAsJsonAsync(new Uri(lab.Address, "lab/faults"), body, cancellationToken);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new LabException($"The lab refused the fault: {ErrorOf(answer)}");
            return fault with { Id = JsonNode.Parse(answer, documentOptions: new JsonDocumentOptions { MaxDepth = 8 })?["id"]?.GetValue<int>() ?? 0 };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new LabException($"The lab at {lab.Address} does not answer: {e.Message} Get-OpsLab lists the ones that run.", e);
        }

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
                body[name] = value;
        }
    }

    private static string ErrorOf(string answer)
    {
        try
        {
            return JsonNode.Parse(answer)?["error"]?.ToString() ?? answer;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return answer.Length > 200 ? answer[..200] : answer;
        }
    }
}
