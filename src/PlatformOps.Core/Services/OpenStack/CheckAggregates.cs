using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="Aggregates">The aggregates that it must be in, by name; not compared where not given.</param>
/// <param name="Az">Its availability zone.</param>
/// <param name="Traits">The custom traits that its provider must have.</param>
internal sealed record CheckAggregatesParameters(
    IReadOnlyList<string>? Aggregates = null,
    string? Az = null,
    [property: RegularExpression(AddTraitsParameters.Pattern)] IReadOnlyList<string>? Traits = null) : ICheckedRecord
{
    public IEnumerable<string> Problems()
    {
        if (Aggregates is null && Az is null && Traits is null)
            yield return "aggregates, az and traits are all missing: there would be nothing to compare.";
    }
}

/// <summary>Whether a hypervisor is again where it was, after a reinstall: in its aggregates and its zone, with the traits that people gave it. What it has beside that is told, and no failure.</summary>
internal sealed class CheckAggregates : Check<CheckAggregatesParameters>
{
    public override string Name => "openstack.aggregates";

    public override string Summary => "aggregates and traits";

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckAggregatesParameters parameters, CancellationToken cancellationToken)
    {
        ComputeDossier now;
        try
        {
            now = await context.Client<ComputeDossierReader>().ReadAsync(context.Target.Name, cancellationToken);
        }
        catch (OpsException e)
        {
            return CheckResult.Unknown(e.Message);
        }

        List<Finding> findings = [];
        if (parameters.Aggregates is { } aggregates)
            findings.Add(Compare("aggregate", NameList.Of(aggregates), [.. now.Aggregates.Select(aggregate => aggregate.Name)]));
        if (parameters.Az is { } zone)
            findings.Add(zone == now.AvailabilityZone ? new Finding($"availability zone '{zone}'") : Finding.Against($"availability zone '{now.AvailabilityZone}', not '{zone}'"));
        if (parameters.Traits is { } traits)
            findings.Add(Compare("custom trait", NameList.Of(traits), now.CustomTraits));
        return Finding.Judge(findings);
    }

    private static Finding Compare(string what, IReadOnlyList<string> wanted, IReadOnlyList<string> has)
    {
        var missing = wanted.Except(has).ToList();
        var beside = has.Except(wanted).ToList();
        var text = $"{what}s: {(has.Count == 0 ? "none" : string.Join(", ", has))}{(beside.Count > 0 && wanted.Count > 0 ? $" ({string.Join(", ", beside)} beside what is expected)" : "")}";
        return missing.Count == 0 ? new Finding(text) : Finding.Against($"{text}; missing: {string.Join(", ", missing)}");
    }
}
