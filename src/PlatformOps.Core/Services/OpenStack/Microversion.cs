using System.Globalization;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>A microversion such as 2.53: a feature level, not a decimal.</summary>
internal readonly record struct Microversion(int Major, int Minor) : IComparable<Microversion>
{
    public static Microversion? Parse(string? text)
        => text?.Split('.') is [var major, var minor]
            && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
            && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            ? new Microversion(a, b)
            : null;

    public int CompareTo(Microversion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(Microversion a, Microversion b) => a.CompareTo(b) < 0;

    public static bool operator >(Microversion a, Microversion b) => a.CompareTo(b) > 0;

    public static bool operator <=(Microversion a, Microversion b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Microversion a, Microversion b) => a.CompareTo(b) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
