using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Nova;

/// <summary>Nova's error bodies: <c>{"itemNotFound":{code,message}}</c>.</summary>
internal static class NovaErrors
{
    public static Refusal NotFound(string message) => new(Fault(404, message));

    public static Refusal Bad(string message) => new(Fault(400, message));

    public static Refusal Conflict(string message) => new(Fault(409, message));

    public static Refusal Forbidden(string rule) => new(Fault(403, $"Policy doesn't allow {rule} to be performed."));

    /// <summary>What needs the database of a cell that does not answer.</summary>
    public static Refusal CellDown() => new(Fault(500, "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.\n<class 'oslo_db.exception.DBConnectionError'>"));

    public static Answer Fault(int code, string message) => Answer.Json(code, new JsonObject
    {
        [code switch
        {
            400 => "badRequest",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "itemNotFound",
            405 => "badMethod",
            409 => "conflictingRequest",
            413 or 429 => "overLimit",
            415 => "badMediaType",
            501 => "notImplemented",
            503 => "serviceUnavailable",
            _ => "computeFault",
        }] = new JsonObject { ["code"] = code, ["message"] = message },
    });
}
