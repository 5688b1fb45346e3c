namespace PlatformOps.Core.Configuration;

/// <summary>The text is a path on this machine: <c>~</c> is the home folder, and a relative one starts at the folder of the file it is written in.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LocalPathAttribute : Attribute;
