using System.Text.RegularExpressions;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>What may be given to <c>aq</c> as a name, whoever said it: nothing that it could take for an option.</summary>
internal static partial class AquilonNames
{
    public const string InterfacePattern = @"[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}";
    public const string DiskPattern = @"[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}";

    public static bool IsInterface(string name) => Interface().IsMatch(name);

    public static bool IsDisk(string name) => Disk().IsMatch(name);

    /// <summary>A machine's label, a rack, a model and the like.</summary>
    public static bool IsLabel(string name) => Label().IsMatch(name);

    [GeneratedRegex(@"\A" + InterfacePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Interface();

    [GeneratedRegex(@"\A" + DiskPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Disk();

    [GeneratedRegex(@"\A" + AquilonConfiguration.NamePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
