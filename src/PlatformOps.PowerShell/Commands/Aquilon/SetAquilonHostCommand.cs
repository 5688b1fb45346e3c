using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Sets what hosts in Aquilon are managed from, their personality and operating system: manages and makes them as needed.</summary>
/// <remarks>
/// <para>Without any of them, hosts become what the configuration says: aquilon.sandbox or aquilon.domain, personality, os-name and os-version. With some, the others stay. A host whose branch changed is compiled anew.</para>
/// <para>Where the broker refuses to leave unpublished commits behind, --force is used only where aquilon.force-manage says so. Members of clusters are managed with their cluster, and refused. Undo-OpsRun takes it back.</para>
/// </remarks>
/// <example>
/// <summary>See what would change to make a host as the configuration says</summary>
/// <code>Set-AquilonHost hv01.lab.example -WhatIf</code>
/// </example>
/// <example>
/// <summary>Try a sandbox on one host, unattended, and show it</summary>
/// <code>Set-AquilonHost hv01.lab.example -Sandbox ops/rl9 -PassThru -Confirm:$false</code>
/// </example>
/// <seealso cref="GetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Set, "AquilonHost", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Domain")]
[OutputType(typeof(AquilonHost), typeof(StepRecord))]
public sealed class SetAquilonHostCommand : AquilonEffectCmdlet
{
    /// <summary>The template domain to manage it from.</summary>
    [Parameter(ParameterSetName = "Domain")]
    [ArgumentCompleter(typeof(AquilonDomainCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Domain { get; set; }

    /// <summary>The sandbox to manage it from, as author/name.</summary>
    [Parameter(ParameterSetName = "Sandbox", Mandatory = true)]
    [ArgumentCompleter(typeof(AquilonSandboxCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Sandbox { get; set; }

    /// <summary>The personality to give it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AquilonPersonalityCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Personality { get; set; }

    /// <summary>The operating system, such as rocky.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AquilonOsCompleter))]
    [ValidateNotNullOrEmpty]
    public string? OsName { get; set; }

    /// <summary>Its version as Aquilon names it, such as 9x-x86_64.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AquilonOsVersionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? OsVersion { get; set; }

    private protected override async ValueTask<bool> ChangeAsync(ActionTarget target, CancellationToken cancellationToken)
    {
        var isConfigured = (Domain, Sandbox, Personality, OsName, OsVersion) is (null, null, null, null, null);
        StepRecord? managed = null;
        if (isConfigured || (Domain ?? Sandbox) is not null)
        {
            managed = await ApplyAsync<ManageAquilonHost>(target, new ManageAquilonHostParameters(Domain, Sandbox), cancellationToken);
            if (!GoesOn(managed))
                return false;
        }

        // What is compiled is the old branch's.
        var recompile = managed?.Outcome is StepOutcome.Done or StepOutcome.Planned;
        var parameters = new MakeAquilonHostParameters(Recompile: recompile);
        if (!isConfigured)
        {
            // What is not named stays, whatever the configuration says.
            var host = await Scope.Get<AquilonClient>().HostAsync(target.Name, cancellationToken);
            parameters = new MakeAquilonHostParameters(Personality ?? host.Personality, OsName ?? host.OsName, OsVersion ?? host.OsVersion, recompile);
        }

        return IsThere(await ApplyAsync<MakeAquilonHost>(target, parameters, cancellationToken));
    }
}
