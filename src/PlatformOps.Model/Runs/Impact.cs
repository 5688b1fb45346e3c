namespace PlatformOps.Runs;

/// <summary>How much an effect matters; compared with PowerShell's <c>$ConfirmPreference</c>.</summary>
public enum Impact
{
    /// <summary>Nothing that anybody would miss.</summary>
    None,

    /// <summary>A note, a comment.</summary>
    Low,

    /// <summary>Changes how a system behaves, and can be taken back.</summary>
    Medium,

    /// <summary>Destroys or takes down.</summary>
    High,
}
