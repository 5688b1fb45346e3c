using System.Globalization;

namespace PlatformOps.Core.Ledger;

/// <summary>What names a step of a run: a phase of null is a script's single effect.</summary>
/// <remarks>
/// Names carry what a journal must tell and keep apart: a step of <c>on-failure</c> is <c>on-failure/light.switch</c>, what is told of the second attempt at a phase
/// <c>ticket.comment#2</c>, and an effect on all targets of a batch is kept under <c>batch 1</c>. They are made and taken apart here only: journals and tickets hold them for good.
/// </remarks>
internal sealed record StepKey(string Target, string? Phase, string Step)
{
    private const string OnFailure = "on-failure/";
    private const string Batch = "batch ";

    /// <summary>A batch of a run by its number, counted from 1: what its approval is of, and the target that its effects are kept under.</summary>
    public static string OfBatch(int number) => string.Create(CultureInfo.InvariantCulture, $"{Batch}{number}");

    /// <summary>Whether a key is a batch's.</summary>
    public static bool IsBatch(string key) => key.StartsWith(Batch, StringComparison.Ordinal);

    /// <summary>A step of <c>on-failure</c>.</summary>
    public static string OfFailure(string step) => OnFailure + step;

    /// <summary>Whether a step is one of <c>on-failure</c>.</summary>
    public static bool IsOnFailure(string step) => step.StartsWith(OnFailure, StringComparison.Ordinal);

    /// <summary>Something that comes again, by its number from 1: the first has its plain name.</summary>
    public static string OfAttempt(string name, int attempt) => attempt == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}#{attempt}");

    /// <summary>The number of <see cref="OfAttempt"/>.</summary>
    public static int AttemptOf(string name)
        => name.LastIndexOf('#') is > 0 and var at && int.TryParse(name.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) ? attempt : 1;

    /// <summary>A wait for a person's approval, as <see cref="RunEnded.WaitingFor"/> names it.</summary>
    public string ToApproval() => $"{ApprovalsOf(Target, Phase)}{Step}";

    /// <summary>Whether a key is that of an approval of a target.</summary>
    public static bool IsApprovalOf(string target, string key) => key.StartsWith($"{target}/", StringComparison.Ordinal);

    /// <summary>What all approvals of a phase of a target begin with.</summary>
    public static string ApprovalsOf(string target, string? phase) => $"{target}/{phase}/";
}
