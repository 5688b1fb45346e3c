using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>kinit, klist and kdestroy (MIT Kerberos) of the lab's realm. Times are lab time; where <c>TZ</c> is not UTC, they are shown an hour ahead.</summary>
internal static class KerberosCommands
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(10);
    private static readonly TimeSpan Renewable = TimeSpan.FromDays(7);

    public static void Register(CommandTable table)
    {
        table.Add("kinit", Kinit);
        table.Add("klist", Klist);
        table.Add("kdestroy", call =>
        {
            call.Host.Tickets.Remove(call.User.Name);
            return 0;
        });
    }

    /// <summary>Who the account is to Kerberos now, or null.</summary>
    public static string? PrincipalOf(CommandCall call) => Valid(call)?.Principal;

    public static string CacheOf(CommandCall call) => $"/tmp/krb5cc_{call.User.Id}";

    private static KerberosTicket? Valid(CommandCall call) => call.Host.Tickets.GetValueOrDefault(call.User.Name) is { } ticket && ticket.Expires > call.Host.Lab.Clock.Now ? ticket : null;

    private static int Kinit(CommandCall call)
    {
        var options = call.Options("ltrsc");
        var now = call.Host.Lab.Clock.Now;
        if (options.Has("R"))
        {
            if (call.Host.Tickets.GetValueOrDefault(call.User.Name) is not { } old)
                return call.Fail($"kinit: No credentials cache found (filename: {CacheOf(call)}) while renewing credentials", 1);
            if (old.Expires <= now || old.RenewUntil <= now)
                return call.Fail("kinit: Ticket expired while renewing credentials", 1);
            return Take(call, old.Principal, old.RenewUntil);
        }

        var name = (options.Rest.FirstOrDefault() ?? call.User.Name).Split('@')[0];
        if (options.Has("k"))
        {
            var keytab = options.Value("t") ?? "/etc/krb5.keytab";
            return call.Host.Files.Find(keytab) is null
                ? call.Fail($"kinit: Key table file '{keytab}' not found while getting initial credentials", 1)
                : Take(call, name, now + Renewable);
        }

        var data = call.Host.Lab.World.Aquilon;
        if (!data.Roles.ContainsKey(name))
            return call.Fail($"kinit: Client '{name}@{AquilonData.Realm}' not found in Kerberos database while getting initial credentials", 1);
        call.Out($"Password for {name}@{AquilonData.Realm}: ");
        return Encoding.UTF8.GetString(call.State.Stdin).Split('\n')[0] == data.Password
            ? Take(call, name, now + Renewable)
            : call.Fail("kinit: Password incorrect while getting initial credentials", 1);
    }

    private static int Take(CommandCall call, string principal, DateTimeOffset renewUntil)
    {
        var now = call.Host.Lab.Clock.Now;
        call.Host.Tickets[call.User.Name] = new KerberosTicket(principal, now, now + Lifetime < renewUntil ? now + Lifetime : renewUntil, renewUntil);
        return 0;
    }

    private static int Klist(CommandCall call)
    {
        var ticket = call.Host.Tickets.GetValueOrDefault(call.User.Name);
        if (call.Options().Has("s"))
            return Valid(call) is null ? 1 : 0;
        if (ticket is null)
            return call.Fail($"klist: No credentials cache found (filename: {CacheOf(call)})", 1);
        var zone = call.State.Variables.GetValueOrDefault("TZ") is "UTC" or "UTC0" ? TimeSpan.Zero : TimeSpan.FromHours(1);
        // The C locale has months first and years of two digits; others have their own order.
        var format = call.State.Variables.GetValueOrDefault("LC_ALL") is "C" or "POSIX" ? "MM/dd/yy HH:mm:ss" : "dd/MM/yy HH:mm:ss";
        call.Out($"""
            Ticket cache: FILE:{CacheOf(call)}
            Default principal: {ticket.Principal}@{AquilonData.Realm}

            Valid starting     Expires            Service principal
            {Time(ticket.Begins)}  {Time(ticket.Expires)}  krbtgt/{AquilonData.Realm}@{AquilonData.Realm}
            {"\t"}renew until {Time(ticket.RenewUntil)}

            """);
        return 0;

        string Time(DateTimeOffset time) => (time.UtcDateTime + zone).ToString(format, CultureInfo.InvariantCulture);
    }
}
