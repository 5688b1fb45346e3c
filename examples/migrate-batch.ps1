<#
.SYNOPSIS
Runs phases of a migration on a list of hypervisors, unattended: for a scheduler, Jenkins or a hybrid worker.
.DESCRIPTION
Goes on with what an earlier call of it left (killed, failed, waiting), and begins a run where there is none. Ends with an error where a
hypervisor failed; what waits for a person is no error.
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
$open = Get-OpsRun -State Interrupted, Stopped, Waiting, Failed | Where-Object Name -eq $name | Select-Object -First 1
try {
    if ($open) {
        $open | Resume-OpsRun -FailOnError -Confirm:$false
    }
    else {
        Import-MigrationList $ListPath | Invoke-MigrationStep -Step $Step -ThrottleLimit $ThrottleLimit -FailOnError -Confirm:$false
    }
}
finally {
    $run = Get-OpsRun | Where-Object Name -eq $name | Select-Object -First 1
    if ($ReportPath -and $run) { $run | Export-OpsReport $ReportPath }
    if ($run.State -eq 'Waiting') { Write-Warning "Run $($run.RunId) waits: $($run.WaitingFor)" }
    Disconnect-PlatformOps
}
