namespace PlatformOps.Lab.Services.NetBox;

/// <summary>NetBox's version and what it decides.</summary>
internal sealed record NetBoxVersion(int Major, int Minor, string Full)
{
    public string Api => $"{Major}.{Minor}";

    public static NetBoxVersion Parse(string text)
    {
        var parts = text.Split('.');
        return parts.Length is 2 or 3 && parts.All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), parts.Length == 2 ? text + ".0" : text)
            : throw new LabException($"'{text}' is not a NetBox version such as 4.2.9");
    }

    public bool AtLeast(int major, int minor) => (Major, Minor).CompareTo((major, minor)) >= 0;
}
