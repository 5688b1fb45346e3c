using PlatformOps.Lab.Control;
using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.World;

/// <summary>The whole world as JSON, for tests that look at the state reached. Secrets are in it: they are the lab's own.</summary>
internal static class WorldState
{
    public static JsonObject Describe(LabContext lab)
    {
        var world = lab.World;
        return new JsonObject
        {
            ["hypervisors"] = JsonText.Array(world.Hypervisors.Select(hypervisor => Hypervisor(world, hypervisor))),
            ["servers"] = JsonText.Array(world.Servers.Select(server => (JsonNode)new JsonObject
            {
                ["id"] = server.Id.ToString(),
                ["name"] = server.Name,
                ["host"] = server.Host.Fqdn,
                ["status"] = server.Status,
                ["flavor"] = server.Flavor.Name,
                ["project"] = server.Project.Name,
                ["libvirtName"] = server.LibvirtName,
            })),
            ["migrations"] = JsonText.Array(world.Migrations.Select(migration => (JsonNode)new JsonObject
            {
                ["id"] = migration.Id,
                ["server"] = migration.Server.Name,
                ["type"] = migration.Type,
                ["source"] = migration.Source.Fqdn,
                ["destination"] = migration.Destination.Fqdn,
                ["status"] = migration.Status,
            })),
            ["aggregates"] = JsonText.Array(world.Aggregates.Select(aggregate => (JsonNode)new JsonObject
            {
                ["id"] = aggregate.Id, ["name"] = aggregate.Name, ["availabilityZone"] = aggregate.AvailabilityZone, ["hosts"] = JsonText.Strings(aggregate.Hosts),
            })),
            ["users"] = JsonText.Array(world.Users.Select(user => (JsonNode)new JsonObject { ["name"] = user.Name, ["password"] = user.Password })),
            ["projects"] = JsonText.Array(world.Projects.Select(project => (JsonNode)new JsonObject { ["id"] = project.Id, ["name"] = project.Name })),
            ["applicationCredentials"] = JsonText.Array(world.ApplicationCredentials.Select(credential => (JsonNode)new JsonObject
            {
                ["id"] = credential.Id, ["name"] = credential.Name, ["secret"] = credential.Secret, ["user"] = credential.User.Name,
            })),
            ["netbox"] = new JsonObject
            {
                ["token"] = world.NetBox.Token,
                ["tokenV2"] = world.NetBox.TokenV2,
                ["readOnlyToken"] = world.NetBox.ReadOnlyToken,
                ["devices"] = JsonText.Array(world.NetBox.Devices.Select(Device)),
                ["journal"] = JsonText.Array(world.NetBox.Journal.Select(entry => (JsonNode)new JsonObject
                {
                    ["device"] = world.NetBox.Devices.Find(device => device.Id == entry.ObjectId)?.Name, ["kind"] = entry.Kind, ["comments"] = entry.Comments,
                })),
            },
            ["aquilon"] = AquilonEndpoint.Describe(world.Aquilon),
            ["kayobe"] = KayobeEndpoint.Describe(world.Kayobe),
            ["bmc"] = new JsonObject { ["username"] = world.Bmcs.UserName, ["password"] = world.Bmcs.Password },
            ["prometheus"] = new JsonObject { ["username"] = world.Prometheus.UserName, ["password"] = world.Prometheus.Password },
            ["jira"] = new JsonObject
            {
                ["username"] = world.Jira.Me.Email,
                ["token"] = world.Jira.Token,
                ["tickets"] = JsonText.Array(world.Jira.Tickets.Select(Ticket)),
            },
            ["alertmanager"] = new JsonObject
            {
                ["username"] = AlertData.UserName,
                ["password"] = world.Alerts.Password,
                ["silences"] = JsonText.Array(world.Alerts.Silences.GroupBy(silence => silence.Id).Select(versions => (JsonNode)Silence(versions.Last(), lab.Clock.Now))),
            },
        };
    }

    public static JsonObject Machine(Machine machine) => new()
    {
        ["name"] = machine.Fqdn,
        ["profile"] = machine.Profile.Model,
        ["serial"] = machine.Serial,
        ["dmiUuid"] = machine.DmiUuid.ToString(),
        ["address"] = machine.ManagementAddress,
        ["osId"] = machine.OsId,
        ["osVersion"] = machine.OsVersion,
        ["reachable"] = machine.Reachable,
        ["disks"] = JsonText.Array(machine.Disks.Select(disk => (JsonNode)new JsonObject { ["name"] = disk.Name, ["model"] = disk.Model, ["serial"] = disk.Serial, ["size"] = disk.Size })),
        ["nics"] = JsonText.Array(machine.Cards.Select(card => (JsonNode)new JsonObject { ["name"] = card.Name, ["mac"] = card.Mac, ["mellanox"] = card.IsMellanox })),
    };

    public static JsonObject Hypervisor(LabWorld world, Hypervisor hypervisor)
    {
        var row = Machine(hypervisor);
        row["id"] = hypervisor.Id.ToString();
        row["serviceId"] = hypervisor.ServiceId.ToString();
        row["serviceHost"] = hypervisor.ServiceHost;
        row["serviceDisabled"] = hypervisor.ServiceDisabled;
        row["disabledReason"] = hypervisor.DisabledReason;
        row["forcedDown"] = hypervisor.ForcedDown;
        row["serviceUp"] = hypervisor.ServiceUp;
        row["serviceDeleted"] = hypervisor.ServiceDeleted;
        row["bmcAddress"] = hypervisor.BmcAddress;
        row["boot"] = hypervisor.Bmc.HasOverride ? $"{hypervisor.Bmc.BootTarget} {hypervisor.Bmc.BootEnabled} {hypervisor.Bmc.BootMode}" : null;
        row["bootedFrom"] = hypervisor.Bmc.BootedFrom;
        row["bmcSessions"] = hypervisor.Bmc.Sessions.Count;
        row["cell"] = hypervisor.Cell;
        row["cellDown"] = world.IsDown(hypervisor);
        row["tenants"] = JsonText.Strings(hypervisor.Tenants.Select(Tenants.NameOf));
        row["leakedAllocations"] = hypervisor.LeakedAllocations.Count;
        row["availabilityZone"] = world.ZoneOf(hypervisor);
        row["aggregates"] = JsonText.Strings(world.AggregatesOf(hypervisor).Select(aggregate => aggregate.Name));
        row["traits"] = JsonText.Strings(hypervisor.Traits);
        row["servers"] = world.ServersOn(hypervisor).Count();
        return row;
    }

    private static JsonObject Device(Device device) => new()
    {
        ["id"] = device.Id,
        ["name"] = device.Name,
        ["status"] = device.Status,
        ["role"] = device.Role.Slug,
        ["site"] = device.Site.Slug,
        ["serial"] = device.Serial,
        ["customFields"] = device.CustomFields.DeepClone(),
        ["revision"] = device.Revision,
    };

    private static JsonObject Silence(AlertSilence silence, DateTimeOffset now) => new()
    {
        ["id"] = silence.Id,
        ["state"] = silence.StateAt(now),
        ["matchers"] = JsonText.Strings(silence.Matchers.Select(matcher => matcher.ToString())),
        ["startsAt"] = silence.StartsAt.ToString("O", CultureInfo.InvariantCulture),
        ["endsAt"] = silence.EndsAt.ToString("O", CultureInfo.InvariantCulture),
        ["createdBy"] = silence.CreatedBy,
        ["comment"] = silence.Comment,
    };

    private static JsonObject Ticket(Ticket ticket) => new()
    {
        ["key"] = ticket.Key,
        ["id"] = ticket.Id,
        ["summary"] = ticket.Summary,
        ["status"] = ticket.Status.Name,
        ["issueType"] = ticket.IssueType,
        ["labels"] = JsonText.Strings(ticket.Labels),
        ["assignee"] = ticket.Assignee?.Name,
        ["comments"] = JsonText.Array(ticket.Comments.Select(comment => (JsonNode)new JsonObject
        {
            ["id"] = comment.Id,
            ["body"] = comment.Body.Wiki,
            ["properties"] = new JsonObject(comment.Properties.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))),
        })),
        ["attachments"] = JsonText.Array(ticket.Attachments.Select(file => (JsonNode)new JsonObject { ["id"] = file.Id, ["filename"] = file.FileName, ["size"] = file.Content.Length })),
    };
}
