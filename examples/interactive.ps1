# A session at the prompt, here on a lab: leave the first two lines out and give the path of your own ops.yaml.
$lab = Start-OpsLab
Connect-PlatformOps $lab.ConfigurationPath

# What would happen, read live; nothing is sent.
$targets = Import-MigrationList $lab.ListPath | Select-Object -First 3
$targets | Invoke-MigrationStep -Step Setup, PreDrain -WhatIf

# Out of service, with a reason that everybody can read, and silent for the window.
$targets | Disable-ComputeService -Reason 'RL9 reinstall' -PassThru -Confirm:$false |
    New-AlertSilence -Window (New-MaintenanceWindow -Weeks 4) -PassThru -Confirm:$false

# Where is everything?
$targets | Get-MigrationStatus

# And back again.
Get-AlertSilence -Mine | Remove-AlertSilence -Confirm:$false
Get-ComputeService -Mine | Enable-ComputeService -Confirm:$false
Stop-OpsLab $lab
