using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Jira;

/// <summary>Jira's errors: messages for the whole, and one per field.</summary>
internal static class JiraErrors
{
    public static Refusal Bad(string message) => new(Of(400, message));

    public static Refusal NotFound(string message) => new(Of(404, message));

    public static Refusal Field(string field, string message) => new(Answer.Json(400, Fields([(field, message)])));

    public static Answer Of(int status, params string[] messages) => Answer.Json(status, new JsonObject
    {
        ["errorMessages"] = JsonText.Strings(messages),
        ["errors"] = new JsonObject(),
    });

    public static JsonObject Fields(IEnumerable<(string Field, string Message)> errors) => new()
    {
        ["errorMessages"] = new JsonArray(),
        ["errors"] = new JsonObject(errors.Select(error => KeyValuePair.Create(error.Field, (JsonNode?)error.Message))),
    };
}
