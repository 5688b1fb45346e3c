# A runbook of Azure Automation on a hybrid worker, PowerShell 7.4: it has no console, and asks nobody. The ledger is on the worker.
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
    Import-MigrationList $ListPath | Invoke-MigrationStep -Step $Step -ThrottleLimit 4 -FailOnError -Confirm:$false |
        Select-Object Target, Phase, Step, Outcome, Message
}
finally {
    Disconnect-PlatformOps
}
