# A runbook of Azure Automation on a hybrid worker, PowerShell 7.4: it has no console, and asks nobody. The ledger is on the worker.
# A job that is started again goes on with the run of the same phase and the very same hypervisors, where one is open; another list's run is left alone.
param(
    [Parameter(Mandatory)][string] $Step,
    [string] $ConfigurationPath = '/etc/platformops/ops.yaml',
    [string] $ListPath = '/etc/platformops/hypervisors.txt'
)

$ErrorActionPreference = 'Stop'
Import-Module PlatformOps
# Where a managed identity gives the secrets: -Set hands them in, and they are written nowhere.
Connect-PlatformOps $ConfigurationPath
try {
    $targets = @(Import-MigrationList $ListPath)
    $hypervisors = ($targets.HypervisorName | Sort-Object) -join ' '
    $run = Get-OpsRun | Where-Object { $_.Name -eq $Step -and (($_.Targets.Target | Sort-Object) -join ' ') -eq $hypervisors } | Select-Object -First 1
    $work = if ($run.State -in 'Interrupted', 'Stopped', 'Waiting', 'Failed') {
        Write-Warning "Goes on with run $($run.RunId), which is $($run.State)."
        { $run | Resume-OpsRun -FailOnError -Confirm:$false }
    }
    else {
        { $targets | Invoke-MigrationStep -Step $Step -ThrottleLimit 4 -FailOnError -Confirm:$false }
    }
    & $work | Select-Object Target, Phase, Step, Outcome, Message
}
finally {
    Disconnect-PlatformOps
}
