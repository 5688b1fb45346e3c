using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the table of services shows: called from PlatformOps.Format.ps1xml.</summary>
public static class HealthView
{
    /// <summary>One word, in its colour where the host shows any.</summary>
    public static string Health(ServiceHealth? health, bool colours) => health switch
    {
        null => "",
        { Error: not null } => Coloured("Failed", "31", colours),
        { MissingRights.Length: > 0 } => Coloured("Limited", "33", colours),
        { IsUnasked: true } => "Unasked",
        _ => Coloured("Healthy", "32", colours),
    };

    /// <summary>Who we are there; or what is wrong, to its end.</summary>
    public static string What(ServiceHealth? health) => health switch
    {
        null => "",
        { Error: { } error } => StepView.OneLine(error.Message),
        { MissingRights: { Length: > 0 } missing } => StepView.OneLine($"{health.Identity}, missing: {string.Join("; ", missing)}"),
        { IsUnasked: true } => StepView.OneLine($"each machine has its own, at {health.Address ?? "the address that NetBox has"}; logs in as {health.Identity}"),
        _ => StepView.OneLine(health.Identity),
    };

    private static string Coloured(string text, string code, bool colours) => colours ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
