using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Commands.Session;

/// <summary>Probes the configured services: reachable, authenticated, version, rights. Changes nothing.</summary>
/// <remarks>
/// <para>The services are asked side by side, and emitted in the order of the configuration. One without an address of its own, as BMCs are, is Unasked. One that cannot be reached or lets nobody in is a row with its error, not an error: all of them are seen at once.</para>
/// <para>-Step asks only what those phases of a migration need: their actions, and the tickets they tell; -Quiet answers with one truth value.</para>
/// </remarks>
/// <example>
/// <summary>Are all services there, and do they let me in?</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Test-PlatformOps
/// </code>
/// </example>
/// <example>
/// <summary>Stop a script where what PreDrain needs is not there</summary>
/// <code>if (-not (Test-PlatformOps -Step PreDrain -Quiet)) { throw 'not ready' }</code>
/// </example>
/// <example>
/// <summary>What is wrong, in full</summary>
/// <code>Test-PlatformOps | Where-Object IsHealthy -eq $false | Format-List</code>
/// </example>
/// <seealso cref="ConnectPlatformOpsCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "PlatformOps")]
[OutputType(typeof(ServiceHealth), typeof(bool))]
public sealed class TestPlatformOpsCommand : SessionCmdlet
{
    /// <summary>Only these services; wildcards are allowed. A service that is named whole and not configured is a row with an error.</summary>
    /// <value>Every configured service</value>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Service { get; set; }

    /// <summary>Only what these phases of a migration need, such as PreDrain.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MigrationStepCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Step { get; set; }

    /// <summary>Emits true where every service is healthy, else false, and nothing more.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var probes = Scope.Get<ServiceProbes>();
        var names = Names(probes);
        if (names is { Count: 0 } || (names is null && probes.Configured.Count == 0))
        {
            await WriteWarningAsync(Step is null && Service is null
                ? $"No service is configured in {OpenSession.ConfigurationPath}: there is nothing to probe. Add sections such as 'openstack:' to it."
                : "No service that is configured matches: there is nothing to probe.");
        }

        var good = true;
        await foreach (var health in probes.ProbeAsync(names, cancellationToken))
        {
            good &= health.IsHealthy;
            if (!Quiet)
                await WriteObjectAsync(health);
            else if (!health.IsHealthy)
                await WriteVerboseAsync($"{health.Service}: {health.Error?.Message ?? "missing: " + string.Join(", ", health.MissingRights)}");
        }

        if (Quiet)
            await WriteObjectAsync(good && names is not { Count: 0 });
    }

    // Null for every configured one.
    private HashSet<string>? Names(ServiceProbes probes)
    {
        HashSet<string>? names = null;
        if (Step is not null)
            names = [.. Step.SelectMany(phase => probes.NeedsOfPhase(MigrationPhases.Get(Scope.Runbooks, phase).Runbook))];
        if (Service is null)
            return names;
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var known = names ?? [.. probes.Configured];
        foreach (var service in Service)
        {
            var pattern = WildcardPattern.Get(service, WildcardOptions.IgnoreCase);
            var found = known.Where(pattern.IsMatch).ToList();
            asked.UnionWith(found);
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(service))
                asked.Add(service.ToLowerInvariant());
        }

        return asked;
    }
}
