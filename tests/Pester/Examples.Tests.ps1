# What examples/ promises to whoever schedules it.

BeforeDiscovery {
    # The lab's own process needs the ASP.NET Core runtime.
    $runtimes = if (Get-Command dotnet -ErrorAction Ignore) { dotnet --list-runtimes }
    $noRuntime = -not ($runtimes -match '^Microsoft.AspNetCore.App ')
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module "$ModuleFolder/PlatformOps.psd1"
}

Describe 'A scheduled batch' -Skip:$noRuntime {
    BeforeAll {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'batch')).FullName
        $batch = (Resolve-Path "$PSScriptRoot/../../examples/migrate-batch.ps1").Path
        $worker = (Resolve-Path "$PSScriptRoot/../../examples/azure-automation.ps1").Path
        # Both stop at what waits: nobody moves the servers away.
        $script:runs = Invoke-FreshPwsh @"
            `$env:PSModulePath = '$ModuleRoot' + [IO.Path]::PathSeparator + `$env:PSModulePath
            Import-Module PlatformOps
            `$lab = Start-OpsLab -Hypervisor 4 -Vm 8 -Confirm:`$false -ErrorAction Stop
            try {
                foreach (`$n in 1, 2) { Get-Content `$lab.ListPath | Where-Object { `$_ -like "hv0`$n.*" } | Set-Content "$folder/`$n.txt" }
                foreach (`$list in 1, 2, 1) {
                    & '$batch' -ConfigurationPath `$lab.ConfigurationPath -ListPath "$folder/`$list.txt" -Step Setup, PreDrain, Drain -InformationVariable said 6>`$null 3>`$null | Out-Null
                    "list `$list said: `$said"
                }
                & '$worker' -ConfigurationPath `$lab.ConfigurationPath -ListPath "$folder/2.txt" -Step Drain 3>`$null | Out-Null
                & '$worker' -ConfigurationPath `$lab.ConfigurationPath -ListPath "$folder/2.txt" -Step Drain 3>&1 | Where-Object { `$_ -is [Management.Automation.WarningRecord] } | ForEach-Object { "worker said: `$_" }
                Connect-PlatformOps `$lab.ConfigurationPath
                Get-OpsRun | ForEach-Object { "run `$(`$_.Name) of `$(`$_.Targets.Target): `$(`$_.State)" }
            }
            finally { `$lab | Stop-OpsLab -Confirm:`$false }
"@
    }

    It 'begins a run for each list, and leaves the open one of another list alone' {
        @($runs | Where-Object { $_ -like 'run Setup, PreDrain, Drain of *: Waiting' }) | Sort-Object | Should -Be 'run Setup, PreDrain, Drain of hv01.lab.example: Waiting', 'run Setup, PreDrain, Drain of hv02.lab.example: Waiting' -Because ($runs -join "`n")
    }

    It 'goes on with what it left of the same list, and says so' {
        @($runs | Where-Object { $_ -like 'list * said: Goes on with run *, which is Waiting: hv01.lab.example' }).Count | Should -Be 1 -Because ($runs -join "`n")
        @($runs | Where-Object { $_ -like 'worker said: Goes on with run *' }).Count | Should -Be 1
    }
}

Describe 'A CI step in which a hypervisor fails' -Skip:$noRuntime {
    BeforeAll {
        $script:batch = (Resolve-Path "$PSScriptRoot/../../examples/migrate-batch.ps1").Path
        $script:worker = (Resolve-Path "$PSScriptRoot/../../examples/azure-automation.ps1").Path
        $script:codes = Invoke-FreshPwsh @"
            `$env:PSModulePath = '$ModuleRoot' + [IO.Path]::PathSeparator + `$env:PSModulePath
            Import-Module PlatformOps
            `$lab = Start-OpsLab -Hypervisor 2 -Vm 0 -Confirm:`$false -ErrorAction Stop
            try {
                `$step = "Import-Module PlatformOps; Connect-PlatformOps '`$(`$lab.ConfigurationPath)'; Invoke-MigrationStep hv09.lab.example -Step Setup -Confirm:```$false -FailOnError; 'went on'"
                Set-Content "$TestDrive/list.txt" 'hv09.lab.example MH-101'
                `$work = "-ConfigurationPath '`$(`$lab.ConfigurationPath)' -ListPath '$TestDrive/list.txt' -Step Setup; 'went on'"
                `$steps = [ordered] @{ bare = `$step; stopping = "```$ErrorActionPreference = 'Stop'; `$step"; batch = "& '$batch' `$work"; worker = "& '$worker' `$work" }
                foreach (`$name in `$steps.Keys) {
                    `$said = & '$Pwsh' -NoProfile -NonInteractive -Command `$steps[`$name] 2>&1
                    "`${name}: `$LASTEXITCODE, `$(if (`$said -contains 'went on') { 'went on' } else { 'ended' })"
                }
            }
            finally { `$lab | Stop-OpsLab -Confirm:`$false }
"@
    }

    It 'fails where it stops at errors: <_>' -ForEach 'stopping', 'batch', 'worker' {
        $codes | Should -Contain "${_}: 1, ended"
    }
}

Describe 'The README' -Skip:$noRuntime {
    It 'has blocks that run as they are pasted, in their order' {
        $root = (Resolve-Path "$PSScriptRoot/../..").Path
        $blocks = [regex]::Matches((Get-Content -Raw "$root/README.md"), '(?s)```powershell\r?\n(.*?)```').ForEach{ $_.Groups[1].Value }
        $blocks.Count | Should -BeGreaterThan 2
        $out = Invoke-FreshPwsh -Folder $root -Script @"
            `$null = & {
                $($blocks -join "`n")
            } 3>&1 6>&1
            "errors: `$(`$Error -join '; ')"
            Get-Process -Id `$lab.ProcessId -ErrorAction Ignore | ForEach-Object { 'the lab lives' }
"@
        $out | Should -Contain 'errors: '
        $out | Should -Not -Contain 'the lab lives'
    }
}

Describe 'The examples of <_> on a fresh lab' -Skip:$noRuntime -ForEach 'Import-MigrationList', 'Set-BmcBootDevice', 'Add-OpsLabFault', 'Get-OpsSecret', 'Protect-AnsibleVault' {
    It 'run as they are pasted' {
        $code = (Get-Help $_ -Full).examples.example.code -join "`n"
        $out = Invoke-FreshPwsh @"
            `$env:PSModulePath = '$ModuleRoot' + [IO.Path]::PathSeparator + `$env:PSModulePath
            Import-Module PlatformOps
            `$lab = Start-OpsLab -Hypervisor 4 -Vm 4 -Confirm:`$false
            Connect-PlatformOps `$lab.ConfigurationPath
            `$null = & {
                $code
                Invoke-MigrationStep hv02.lab.example -TicketId MH-102 -Step Setup -WhatIf
            } 3>&1 6>&1
            "errors: `$(`$Error -join '; ')"
"@
        $out | Should -Contain 'errors: '
    }
}

Describe 'The session at the prompt' -Skip:$noRuntime {
    It 'runs as it is written, and leaves everything as it was' {
        $session = (Resolve-Path "$PSScriptRoot/../../examples/interactive.ps1").Path
        $out = Invoke-FreshPwsh @"
            `$env:PSModulePath = '$ModuleRoot' + [IO.Path]::PathSeparator + `$env:PSModulePath
            `$ConfirmPreference = 'None'
            # With a look at what is left, before the lab goes.
            `$text = (Get-Content -Raw '$session').Replace('Stop-OpsLab `$lab', '"left: `$(@(Get-ComputeService -Mine) + @(Get-AlertSilence -Mine))"; Stop-OpsLab `$lab')
            `$rows = . ([scriptblock]::Create(`$text)) 6>`$null
            "errors: `$(`$Error -join '; ')"
            `$rows | Where-Object { `$_.GetType().Name -eq 'MigrationStatus' } | ForEach-Object { "`$(`$_.HypervisorName) `$(`$_.Compute), silenced: `$([bool] `$_.SilencedUntil)" }
            `$rows | Where-Object { `$_ -is [string] }
            Get-Process -Id `$lab.ProcessId -ErrorAction Ignore | ForEach-Object { 'the lab lives' }
"@
        $out | Should -Contain 'errors: '
        $out | Should -Contain 'hv03.lab.example disabled/up, silenced: True'
        $out | Should -Contain 'left: '
        $out | Should -Not -Contain 'the lab lives'
    }
}

Describe 'A phase of the site''s own' -Skip:$noRuntime {
    It 'is what Invoke-MigrationStep runs' {
        $runbooks = (Resolve-Path "$PSScriptRoot/../../examples/runbooks").Path
        $out = Invoke-FreshPwsh @"
            `$env:PSModulePath = '$ModuleRoot' + [IO.Path]::PathSeparator + `$env:PSModulePath
            Import-Module PlatformOps
            (Test-Runbook '$runbooks/setup.yaml').Name
            `$lab = Start-OpsLab -Hypervisor 2 -Vm 0 -Confirm:`$false
            try {
                Connect-PlatformOps `$lab.ConfigurationPath -Set @{ 'runbooks.folder' = '$runbooks' }
                Invoke-MigrationStep hv01.lab.example -TicketId MH-101 -Step Setup -Confirm:`$false | ForEach-Object { "`$(`$_.Step): `$(`$_.Outcome)" }
            }
            finally { `$lab | Stop-OpsLab -Confirm:`$false }
"@
        $out[0] | Should -Be 'hypervisor/setup'
        $out | Should -Contain 'netbox.journal-entry: Done'
    }
}
