using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Redfish;

/// <summary>Redfish's errors (DSP0266, "Error responses"): what went wrong is in the extended information.</summary>
internal static class RedfishErrors
{
    public static Answer Of(int status, string id, string message) => Answer.Json(status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = "Base.1.12.GeneralError",
            ["message"] = "A general error has occurred. See ExtendedInfo for more information.",
            ["@Message.ExtendedInfo"] = new JsonArray(new JsonObject
            {
                ["@odata.type"] = "#Message.v1_1_2.Message",
                ["MessageId"] = $"Base.1.12.{id}",
                ["Message"] = message,
                ["MessageArgs"] = new JsonArray(),
                ["Severity"] = "Warning",
                ["MessageSeverity"] = "Warning",
                ["Resolution"] = "None.",
            }),
        },
    });

    public static Refusal NotFound(string path) => new(Of(404, "ResourceMissingAtURI", $"The resource at the URI '{path}' was not found."));

    public static Refusal Unauthorized() => new(Of(401, "NoValidSession", "There is no valid session established with the implementation.").With("WWW-Authenticate", "Basic realm=\"Redfish\""));

    public static Refusal NotInList(string property, string value) => new(Of(400, "PropertyValueNotInList", $"The value '{value}' for the property {property} is not in the list of acceptable values."));

    public static Refusal NotWritable(string property) => new(Of(400, "PropertyNotWritable", $"The property {property} is a read only property and cannot be assigned a value."));

    public static Refusal Unknown(string property) => new(Of(400, "PropertyUnknown", $"The property {property} is not in the list of valid properties for the resource."));
}
