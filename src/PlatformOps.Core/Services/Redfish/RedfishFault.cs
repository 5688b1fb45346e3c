using System.Text.Json;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>What a controller says went wrong: its messages, and not "a general error has occurred" (DSP0266, "Error responses").</summary>
internal static class RedfishFault
{
    public static HttpFault Of(HttpAnswer answer)
    {
        if (Read(answer) is not { } error)
            return HttpFault.Of(answer);
        var messages = (error.Messages ?? []).Select(message => message.Message).OfType<string>().Where(text => text.Length > 0).Distinct().ToList();
        return messages.Count == 0
            ? new HttpFault(ServerText.Clean(error.Message), error.Code)
            : new HttpFault(ServerText.Clean(string.Join(" ", messages)), error.Messages![0].MessageId ?? error.Code);
    }

    private static RedfishErrorBody? Read(HttpAnswer answer)
    {
        try
        {
            return answer.Json.ValueKind == JsonValueKind.Object ? answer.Json.Deserialize<RedfishError>(HttpServiceJson.AsIs)?.Error : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
