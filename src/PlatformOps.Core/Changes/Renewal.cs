namespace PlatformOps.Core.Changes;

/// <summary>How long a change is brought up to date by resumes of its run: what it made may still hold and be of yesterday.</summary>
internal enum Renewal
{
    /// <summary>What was made stays as it was made.</summary>
    None,

    /// <summary>Until its phase has ended: later steps of the phase build on it as it is when they run.</summary>
    InPhase,

    /// <summary>As long as the run works on the target: it runs out, and the run may wait for days.</summary>
    InRun,
}
