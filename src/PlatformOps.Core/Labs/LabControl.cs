using System.Globalization;
using System.Net;
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
    public static Task<OpsLabFault> AddFaultAsync(OpsLab lab, OpsLabFault fault, CancellationToken cancellationToken) => AskAsync(lab, async () =>
    {
        var body = new JsonObject { ["service"] = fault.Service, ["effect"] = fault.Effect };
        Add("call", fault.Call);
        Add("target", fault.Target);
        Add("count", fault.Count);
        Add("after", fault.After == 0 ? null : fault.After);
        Add("probability", fault.Probability >= 1 ? null : fault.Probability);
        Add("retry-after", fault.RetryAfter);
        using var response = await Http.PostAsJsonAsync(new Uri(lab.Address, "lab/faults"), body, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new LabException($"The lab refused the fault: {ErrorOf(answer)}");
        return fault with { Id = Parse(answer)!["id"]!.GetValue<int>() };

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
                body[name] = value;
        }
    }, cancellationToken);

    /// <summary>The faults that a lab has, also those that have struck as often as they may.</summary>
    /// <exception cref="LabException">The lab does not answer.</exception>
    public static Task<IReadOnlyList<OpsLabFault>> FaultsAsync(OpsLab lab, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<OpsLabFault>>(lab, async () =>
        [.. Parse(await Http.GetStringAsync(new Uri(lab.Address, "lab/faults"), cancellationToken))!.AsArray().Select(row => new OpsLabFault
        {
            Id = row!["id"]!.GetValue<int>(),
            Service = row["service"]!.GetValue<string>(),
            Effect = row["effect"]!.GetValue<string>(),
            Call = row["call"]?.GetValue<string>(),
            Target = row["target"]?.GetValue<string>(),
            Count = row["count"]?.GetValue<int>(),
            After = row["after"]!.GetValue<int>(),
            Probability = row["probability"]!.GetValue<double>(),
            RetryAfter = row["retry-after"]?.GetValue<int>(),
            Struck = row["struck"]!.GetValue<int>(),
            ProcessId = lab.ProcessId,
        })], cancellationToken);

    /// <summary>Takes a fault away.</summary>
    /// <returns>False where the lab has none of that number.</returns>
    /// <exception cref="LabException">The lab does not answer.</exception>
    public static Task<bool> RemoveFaultAsync(OpsLab lab, int id, CancellationToken cancellationToken) => AskAsync(lab, async () =>
    {
        using var response = await Http.DeleteAsync(new Uri(lab.Address, string.Create(CultureInfo.InvariantCulture, $"lab/faults/{id}")), cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? false : response.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }, cancellationToken);

    private static async Task<T> AskAsync<T>(OpsLab lab, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new LabException($"The lab at {lab.Address} does not answer: {e.Message} Get-OpsLab lists the ones that run.", e);
        }
    }

    private static JsonNode? Parse(string answer) => JsonNode.Parse(answer, documentOptions: new JsonDocumentOptions { MaxDepth = 8 });

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
