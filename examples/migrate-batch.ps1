<#
.SYNOPSIS
Runs phases of a migration on a list of hypervisors, unattended: for a scheduler, Jenkins or a hybrid worker.
.DESCRIPTION
Goes on with what an earlier call with the same phases and hypervisors left (killed, failed, waiting), and begins a run where there is none:
a run of other hypervisors is another list's, and is left alone. Ends with an error where a hypervisor failed; what waits for a person is no error.
.EXAMPLE
./migrate-batch.ps1 -ConfigurationPath ./ops.yaml -ListPath ./hypervisors.txt -Step Setup, PreDrain
#>
param(
    [Parameter(Mandatory)][string] $ConfigurationPath,
    [Parameter(Mandatory)][string] $ListPath,
    [Parameter(Mandatory)][string[]] $Step,
    [int] $ThrottleLimit = 4,
    [string] $ReportPath
)

$ErrorActionPreference = 'Stop'
Import-Module PlatformOps
Connect-PlatformOps $ConfigurationPath

$name = $Step -join ', '
try {
    $targets = @(Import-MigrationList $ListPath)
    $hypervisors = ($targets.HypervisorName | Sort-Object) -join ' '
    # Of the same phases and the very same hypervisors: the newest such run, whatever became of it.
    $mine = { $_.Name -eq $name -and (($_.Targets.Target | Sort-Object) -join ' ') -eq $hypervisors }
    $run = Get-OpsRun | Where-Object $mine | Select-Object -First 1
    if ($run.State -in 'Interrupted', 'Stopped', 'Waiting', 'Failed') {
        Write-Information "Goes on with run $($run.RunId), which is $($run.State): $hypervisors" -InformationAction Continue
        $run | Resume-OpsRun -FailOnError -Confirm:$false
    }
    else {
        $targets | Invoke-MigrationStep -Step $Step -ThrottleLimit $ThrottleLimit -FailOnError -Confirm:$false
    }
}
finally {
    if ($hypervisors) { $run = Get-OpsRun | Where-Object $mine | Select-Object -First 1 }
    if ($ReportPath -and $run) { $run | Export-OpsReport $ReportPath }
    if ($run.State -eq 'Waiting') { Write-Warning "Run $($run.RunId) waits: $($run.WaitingFor)" }
    Disconnect-PlatformOps
}
