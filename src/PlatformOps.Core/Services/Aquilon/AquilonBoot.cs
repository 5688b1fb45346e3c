namespace PlatformOps.Core.Services.Aquilon;

/// <summary>What a machine does when it boots from the network.</summary>
internal enum AquilonBoot
{
    /// <summary>Goes on to its own disk.</summary>
    Localboot,

    /// <summary>Is installed anew.</summary>
    Install,
}
