namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>What can go wrong with one call.</summary>
public enum HttpFaultKind
{
    Status500,
    Status502,
    Status503,
    TooMany,

    /// <summary>The connection breaks unanswered; whether the service did it first is not to be seen from here.</summary>
    Reset,

    /// <summary>The connection breaks within the answer.</summary>
    ResetInBody,

    /// <summary>Answers after 30 s.</summary>
    Slow,

    /// <summary>Never answers.</summary>
    HalfOpen,

    /// <summary>Answers, and the body never ends nor goes on.</summary>
    HalfOpenInBody,
    TruncatedJson,
    LoginPage,
    WrongContentType,
    RedirectElsewhere,

    /// <summary>1 GB, announced.</summary>
    Huge,

    /// <summary>1 GB, and nobody says before that it is so much.</summary>
    Endless,
}
