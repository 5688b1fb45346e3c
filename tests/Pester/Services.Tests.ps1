BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    # The lab's own process needs the ASP.NET Core runtime.
    $runtimes = if (Get-Command dotnet -ErrorAction Ignore) { dotnet --list-runtimes }
    $noRuntime = -not ($runtimes -match '^Microsoft.AspNetCore.App ')
}

Describe 'The cmdlets of services, on a lab' -Skip:$noRuntime {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        Import-Module "$ModuleFolder/PlatformOps.psd1"
        $lab = Start-OpsLab -Hypervisor 4 -Vm 8 -Confirm:$false
        Connect-PlatformOps $lab.ConfigurationPath
        function Get-WriteCount { ((Invoke-RestMethod "$($lab.Address)lab/writes") | Measure-Object).Count }
        $before = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
    }

    AfterAll {
        $PSStyle.OutputRendering = $before
        Disconnect-PlatformOps -ErrorAction Ignore
        $lab | Stop-OpsLab -Confirm:$false
    }

    It 'pipe a list through compute service, inventory and ticket, and send nothing with -WhatIf' {
        $plans = Import-MigrationList $lab.ListPath | Select-Object -First 2 | ForEach-Object {
            $_ | Disable-ComputeService -Reason 'RL9 reinstall' -WhatIf
            $_ | Set-InventoryDevice -Status planned -WhatIf
            $_ | Set-TicketStatus -Status Draining -WhatIf
            $_ | Invoke-RemoteCommand -Command true -WhatIf
        }
        $plans.Outcome | Select-Object -Unique | Should -Be 'Planned'
        @($plans).Count | Should -Be 8
        Get-WriteCount | Should -Be 0
    }

    It 'take a hypervisor out of service and give it back' {
        $taken = Import-MigrationList $lab.ListPath | Select-Object -First 1 | Disable-ComputeService -Reason 'RL9 reinstall' -PassThru -Confirm:$false
        $taken.TicketId | Should -Be 'MH-101'
        ($taken | Get-Hypervisor).State | Should -Be 'Draining'
        ($taken | Enable-ComputeService -PassThru -Confirm:$false).Status | Should -Be 'enabled'
    }

    It 'silence what is taken out of service and pass it on' {
        $taken = Import-MigrationList $lab.ListPath | Select-Object -First 2 | Disable-ComputeService -Reason 'RL9 reinstall' -PassThru -Confirm:$false |
            New-AlertSilence -Window (New-MaintenanceWindow -Weeks 4) -PassThru -Confirm:$false
        $taken.Status | Should -Be @('disabled', 'disabled')
        $silences = $taken | Get-AlertSilence -Mine
        @($silences).Count | Should -Be 4
        $silences.TicketId | Select-Object -Unique | Should -Be @('MH-101', 'MH-102')
        $silences | Remove-AlertSilence -Confirm:$false
        $taken | Get-AlertSilence | Should -BeNullOrEmpty
        $taken | Enable-ComputeService -Confirm:$false
    }

    It 'write keys of new tickets into the list' {
        $list = Join-Path $TestDrive 'new.txt'
        Set-Content $list "# new ones`nnew1.lab.example`nnew2.lab.example # no ticket yet"
        Import-MigrationList $list | New-MigrationTicket -Confirm:$false | Export-MigrationList $list -Confirm:$false
        Get-Content $list | Should -Be @('# new ones', 'new1.lab.example MH-105', 'new2.lab.example MH-106 # no ticket yet')
    }

    It 'do not bind a process' {
        { Get-Process -Id $PID | Disable-ComputeService -Reason x -Confirm:$false -ErrorAction Stop } | Should -Throw '*has no HypervisorName*'
    }

    It 'show <name> at <width> columns and nothing wider' -ForEach @(
        foreach ($width in 80, 160) {
            @{ Name = 'hypervisors'; Width = $width; Script = { Get-Hypervisor }; Shows = 'hv01.*Running' }
            @{ Name = 'compute services'; Width = $width; Script = { Get-ComputeService }; Shows = 'hv01.*enabled +up' }
            @{ Name = 'devices'; Width = $width; Script = { Get-InventoryDevice }; Shows = 'hv01 +active +Hypervisor' }
            @{ Name = 'systems of BMCs'; Width = $width; Script = { Get-BmcSystem hv01.lab.example }; Shows = 'hv01.*10.30.0.2 +On +usual +OK' }
            @{ Name = 'tickets'; Width = $width; Script = { Get-Ticket }; Shows = 'MH-101 .*hv01.lab.example' }
            @{ Name = 'alerts'; Width = $width; Script = { Get-Alert }; Shows = 'FilesystemAlmostFull hv03\S* +warning +(Active|Suppressed)' }
            @{ Name = 'silences'; Width = $width; Script = { New-AlertSilence hv01.lab.example -Confirm:$false; Get-AlertSilence }; Shows = 'Active .*hostname=hv01.lab.example' }
            @{ Name = 'hosts of Aquilon'; Width = $width; Script = { Get-AquilonHost }; Shows = 'hv01\S* +ready +prod_cloud .*system7001' }
            @{ Name = 'interfaces of Aquilon'; Width = $width; Script = { (Get-AquilonHost hv01.lab.example).Interfaces }; Shows = 'eth0 +public .*boot, default route 10.20.0.2' }
            @{ Name = 'commands'; Width = $width; Script = { Invoke-RemoteCommand hv01.lab.example -Command uname -UserName ops -ReadOnly }; Shows = 'hv01.lab.example: exit 0' }
            @{ Name = 'hosts'; Width = $width; Script = { Get-RemoteHostFact hv01.lab.example -UserName ops }; Shows = 'hv01.*rocky 8' }
        }
    ) {
        $lines = (& $Script | Out-String -Width $Width) -split '\r?\n'
        ($lines -join "`n") | Should -Match $Shows
        ($lines | Measure-Object -Maximum Length).Maximum | Should -BeLessOrEqual $Width
    }

    It 'have examples that run: <_>' -ForEach 'Get-Hypervisor', 'Get-ComputeService', 'Disable-ComputeService', 'Enable-ComputeService',
        'Get-InventoryDevice', 'Set-InventoryDevice', 'Add-InventoryJournalEntry', 'Get-Ticket', 'New-Ticket', 'New-MigrationTicket', 'Add-TicketComment', 'Set-TicketStatus',
        'Get-Alert', 'Get-AlertSilence', 'New-AlertSilence', 'Set-AlertSilence', 'Remove-AlertSilence',
        'Get-AquilonHost', 'Set-AquilonBoot', 'Set-AquilonHost', 'Remove-AquilonInterface', 'Remove-AquilonDisk', 'Reset-AquilonHost', 'Get-AquilonRecord',
        'Invoke-RemoteCommand', 'Get-RemoteHostFact', 'Grant-RemoteRootAccess',
        # The last: the hosts are not up for a while.
        'Get-BmcSystem', 'Set-BmcBootDevice', 'Restart-BmcSystem', 'Stop-BmcSystem', 'Start-BmcSystem' {
        $ConfirmPreference = 'None'
        $ErrorActionPreference = 'Stop'
        if ($_ -in 'Set-AquilonBoot', 'Reset-AquilonHost') {
            # A hypervisor is armed, reset, booted and turned off when it is out of service, empty and written down.
            Set-InventoryDevice hv01.lab.example -Status active
            Invoke-MigrationStep hv01.lab.example -Step Setup, PreDrain -FailOnError | Out-Null
            Invoke-RestMethod "$($lab.Address)lab/hosts/hv01.lab.example" -Method Post -ContentType application/json -Body '{"serversMoved":true}' | Out-Null
            Invoke-RestMethod "$($lab.Address)lab/aquilon/hv01.lab.example" -Method Post -ContentType application/json -Body '{"buildStatus":"build"}' | Out-Null
        }
        foreach ($example in (Get-Help $_ -Full).examples.example) {
            # A question is for a person; here nobody is asked.
            $code = $example.code -replace ' -Confirm(?!:)', ''
            { & ([scriptblock]::Create($code)) } | Should -Not -Throw -Because $code
        }
    }
}
