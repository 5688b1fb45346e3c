BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    # The lab's own process needs the ASP.NET Core runtime.
    $runtimes = if (Get-Command dotnet -ErrorAction Ignore) { dotnet --list-runtimes }
    $noRuntime = -not ($runtimes -match '^Microsoft.AspNetCore.App ')
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module "$ModuleFolder/PlatformOps.psd1"
}

Describe 'Runs on a lab' -Skip:$noRuntime {
    BeforeAll {
        $lab = Start-OpsLab -Hypervisor 3 -Vm 5 -Confirm:$false
        Connect-PlatformOps $lab.ConfigurationPath
        $names = (Import-MigrationList $lab.ListPath).HypervisorName
    }

    AfterAll {
        Disconnect-PlatformOps
        $lab | Stop-OpsLab -Confirm:$false
    }

    It 'are listed, told step by step, and reported' {
        $steps = $names | Invoke-Runbook hypervisor/noops -Confirm:$false
        ($steps | Select-Object -Unique -ExpandProperty RunId) | Should -Be (Get-OpsRun).RunId
        (Get-OpsRun | Get-OpsStep).Outcome | Should -Contain 'Passed'
        Get-OpsRun | Export-OpsReport "$TestDrive/report.html" -Confirm:$false
        "$TestDrive/report.html" | Should -FileContentMatch ([regex]::Escape((Get-OpsRun).RunId))
    }

    It 'show what is known of them at 80 columns' {
        $out = (Get-OpsRun | Out-String -Width 80) -split '\r?\n'
        ($out | Measure-Object -Maximum Length).Maximum | Should -BeLessOrEqual 80
        $out -join "`n" | Should -Match (Get-OpsRun).RunId
    }

    It 'pipe records of one cmdlet into the next' {
        Get-OpsRun | Get-OpsStep | Get-OpsRun | Select-Object -First 1 -ExpandProperty State | Should -Be 'Succeeded'
    }

    It 'that another process works on are stopped from here' {
        $lab | Add-OpsLabFault -Service netbox -Effect delay:600 -Confirm:$false | Out-Null
        $other = [powershell]::Create()
        try {
            [void]$other.AddScript({ param($module, $configuration, $name) Import-Module $module; Connect-PlatformOps $configuration; Invoke-Runbook hypervisor/noops $name -Confirm:$false })
            [void]$other.AddArgument("$ModuleFolder/PlatformOps.psd1").AddArgument($lab.ConfigurationPath).AddArgument($names[0])
            $running = $other.BeginInvoke()
            $until = [DateTime]::UtcNow.AddSeconds(20)
            while (-not (Get-OpsRun -State Running) -and [DateTime]::UtcNow -lt $until) {
                [System.Threading.Thread]::Yield() | Out-Null
            }
            (Get-OpsRun -State Running | Stop-OpsRun -Mode Now -Wait -PassThru -Confirm:$false).State | Should -Be 'Stopped'
            [void]$other.EndInvoke($running)
        }
        finally {
            $other.Dispose()
        }
    }
}
