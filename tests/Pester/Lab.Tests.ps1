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

Describe 'A lab' -Skip:$noRuntime {
    It 'starts, is listed, takes faults, and stops' {
        $lab = Start-OpsLab -Hypervisor 3 -Vm 5 -Confirm:$false
        try {
            $lab.Address.IsLoopback | Should -BeTrue
            Test-Path $lab.ConfigurationPath | Should -BeTrue
            @(Import-MigrationList $lab.ListPath).Count | Should -Be 3
            (Get-OpsLab).ProcessId | Should -Be $lab.ProcessId
            ($lab | Add-OpsLabFault -Service netbox -Effect status:503 -Count 1 -Confirm:$false).Effect | Should -Be 'status:503'
            { Add-OpsLabFault -Service nosuch -Effect reset -Confirm:$false -ErrorAction Stop } | Should -Throw '*nosuch*netbox*' -ErrorId 'LabFault,*'
            (TabExpansion2 'Add-OpsLabFault -Service ').CompletionMatches.CompletionText | Should -Be (@("'*'") + $lab.Services)
            Add-OpsLabFault ssh disk-full -Target 'hv01*' -After 2 -Probability 0.5 -Confirm:$false | Out-Null
            Get-OpsLabFault | ForEach-Object { "$($_.Id) $($_.Service) $($_.Effect) $($_.Target) $($_.Count) $($_.After) $($_.Probability) $($_.Struck)" } | Should -Be '1 netbox status:503  1 0 1 0', '2 ssh disk-full hv01*  2 0.5 0'
            Remove-OpsLabFault 1 -WhatIf
            Remove-OpsLabFault 1 -Confirm:$false
            { Remove-OpsLabFault 1 -Confirm:$false -ErrorAction Stop } | Should -Throw '*no fault 1*' -ErrorId 'ObjectNotFound,*'
            Get-OpsLabFault -ProcessId $lab | Remove-OpsLabFault -Confirm:$false
            $lab | Get-OpsLabFault | Should -BeNullOrEmpty
            { Add-OpsLabFault -Service netbox -Effect nonsense -Confirm:$false -ErrorAction Stop } | Should -Throw '*nonsense*' -ErrorId 'LabFault,*'
        }
        finally {
            $lab | Stop-OpsLab -Confirm:$false
        }
        Get-OpsLab | Should -BeNullOrEmpty
        Get-Process -Id $lab.ProcessId -ErrorAction Ignore | Should -BeNullOrEmpty
        Test-Path $lab.Folder | Should -BeFalse
    }

    It 'that has ended, stopped or not, leaves one error at once and nothing else' -ForEach 'stopped', 'killed' {
        $lab = Start-OpsLab -Hypervisor 2 -Vm 0 -Confirm:$false
        $session = Connect-PlatformOps $lab.ConfigurationPath -PassThru
        # A run of the session's own is open then.
        Disable-ComputeService hv01.lab.example -Reason test -Confirm:$false | Out-Null
        if ($_ -eq 'stopped') { $lab | Stop-OpsLab -Confirm:$false }
        else {
            $process = Get-Process -Id $lab.ProcessId
            $process.Kill()
            $process.WaitForExit()
            Remove-Item -Recurse -Force $lab.Folder
        }
        foreach ($command in { Get-Hypervisor }, { 'hv01.lab.example' | Invoke-MigrationStep -Step Setup -Confirm:$false }, { Get-OpsRun }) {
            $command | Should -Throw '*has ended*Start-OpsLab*' -ErrorId 'NoSession,*'
        }
        Disconnect-PlatformOps $session
        Test-Path $lab.Folder | Should -BeFalse
    }

    It 'ends with the session that started it, however that ends' {
        $id = Invoke-FreshPwsh -Script "Import-Module '$ModuleFolder/PlatformOps.psd1'; (Start-OpsLab -Hypervisor 1 -Vm 0 -Confirm:`$false).ProcessId; [Environment]::FailFast('gone')" | Where-Object { $_ -match '^\d+$' } | Select-Object -First 1
        $until = [DateTime]::UtcNow.AddSeconds(10)
        while ((Get-Process -Id $id -ErrorAction Ignore) -and [DateTime]::UtcNow -lt $until) {
            [System.Threading.Thread]::Yield() | Out-Null
        }
        Get-Process -Id $id -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}

Describe 'Without its runtime' {
    It 'the lab is one clear error' {
        $out = Invoke-FreshPwsh -Script @"
Import-Module '$ModuleFolder/PlatformOps.psd1'
`$env:PATH = '$TestDrive'
`$env:DOTNET_ROOT = ''
try { Start-OpsLab -Confirm:`$false } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }
"@
        $out[0] | Should -BeLike 'LabFault,*'
        "$($out[1..9])" | Should -BeLike '*ASP.NET Core runtime*'
    }

    It 'and nothing else is needed for the rest' {
        Get-OpsLab | Should -BeNullOrEmpty
    }
}
