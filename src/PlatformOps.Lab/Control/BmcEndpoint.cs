using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Control;

/// <summary><c>/lab/bmc/{hypervisor}</c>: in what a machine's BMC differs from others, and what a test may set there.</summary>
internal sealed class BmcEndpoint(LabContext lab)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/bmc/{name}", async http =>
    {
        try
        {
            var body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) as JsonObject
                ?? throw new LabException("a JSON object is expected");
            bool found;
            lock (lab.World.Gate)
            {
                var machine = lab.World.FindHypervisor((string)http.Request.RouteValues["name"]!);
                found = machine is not null;
                foreach (var (key, value) in body)
                {
                    if (machine is not null)
                        Set(machine, key, value);
                }
            }

            await ControlEndpoint.AnswerAsync(http, found ? 204 : 404, found ? null : new JsonObject { ["error"] = "no such hypervisor" });
        }
        catch (Exception failure) when (failure is LabException or System.Text.Json.JsonException)
        {
            await ControlEndpoint.AnswerAsync(http, 400, new JsonObject { ["error"] = failure.Message });
        }
    });

    private void Set(Hypervisor machine, string key, JsonNode? value)
    {
        var bmc = machine.Bmc;
        switch (key)
        {
            case "settingsResource":
                bmc.HasSettingsResource = Flag();
                break;
            case "etags":
                bmc.ETags = Enum.TryParse<BmcETags>(value?.ToString(), ignoreCase: true, out var etags) ? etags
                    : throw new LabException($"'etags' is one of {string.Join(", ", Enum.GetNames<BmcETags>())}");
                break;
            case "tellsResets":
                bmc.TellsResets = Flag();
                break;
            case "actionInfo":
                bmc.HasActionInfo = Flag();
                break;
            case "ignoresGraceful":
                bmc.IgnoresGraceful = Flag();
                break;
            case "resetTypes":
                bmc.ResetTypes = [.. (value as JsonArray ?? []).Select(type => type!.ToString())];
                break;
            case "otherSystems":
                bmc.OtherSystems = int.TryParse(value?.ToString(), out var count) && count is >= 0 and < 10 ? count : throw new LabException("'otherSystems' is a small number");
                break;
            case "serialNumber":
                bmc.SerialNumber = value?.ToString();
                break;
            case "uuid":
                bmc.Uuid = value?.ToString();
                break;
            case "sku":
                bmc.Sku = value?.ToString();
                break;
            case "boot":
                (bmc.BootTarget, bmc.BootEnabled) = value is null ? ("None", "Disabled") : (value.ToString(), "Once");
                bmc.Revision++;
                break;
            case "sessions":
                bmc.Sessions.Clear();
                break;
            case "leadsTo":
                machine.BmcLeadsTo = value is null ? null : lab.World.FindHypervisor(value.ToString()) ?? throw new LabException($"no hypervisor '{value}'");
                break;
            default:
                throw new LabException($"'{key}' cannot be set on a BMC (can be: settingsResource, etags, tellsResets, actionInfo, ignoresGraceful, resetTypes, otherSystems, serialNumber, uuid, sku, boot, sessions, leadsTo)");
        }

        bool Flag() => value?.ToString() switch { "true" => true, "false" => false, _ => throw new LabException($"'{key}' is true or false") };
    }
}
