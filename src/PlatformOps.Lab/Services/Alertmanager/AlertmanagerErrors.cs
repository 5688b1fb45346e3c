using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>Alertmanager's two kinds of errors: a plain JSON string from its own handlers, an object with a code from the framework (go-openapi) in front of them.</summary>
internal static class AlertmanagerErrors
{
    public static Answer Text(int status, string text) => Answer.Json(status, JsonValue.Create(text));

    public static Answer Framework(int status, int code, string message) => Answer.Json(status, new JsonObject { ["code"] = code, ["message"] = message });

    public static Refusal Bad(string text) => new(Text(400, text));

    /// <summary>The body or a parameter is not what the interface's description says; only the first fault is told.</summary>
    public static Refusal Invalid(int code, string message) => new(Framework(422, code, message));

    public static Refusal Unreadable(string what, string why) => new(Framework(400, 400, $"parsing {what} body from \"\" failed, because {why}"));
}
