BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module "$ModuleFolder/PlatformOps.psd1"
    $list = Join-Path $TestDrive 'list.txt'
    Set-Content $list "# two of them`nhv01.lab.example`tMH-101`n`nhv02.lab.example"
}

Describe 'A pipeline' {
    It 'reads a list' {
        (Import-MigrationList $list).HypervisorName | Should -Be @('hv01.lab.example', 'hv02.lab.example')
    }

    It 'ends early where the downstream has enough' {
        (Import-MigrationList $list | Select-Object -First 1).TicketId | Should -Be 'MH-101'
    }

    It 'takes files from Get-ChildItem' {
        @(Get-ChildItem $list | Import-MigrationList).Count | Should -Be 2
    }

    It 'emits nothing of a malformed list and names the line' {
        $bad = Join-Path $TestDrive 'bad.txt'
        Set-Content $bad "hv01.lab.example MH-101`nhv02.lab.example MH-102 again"
        $seen = @()
        { Import-MigrationList $bad | ForEach-Object { $seen += $_ } } | Should -Throw "*bad.txt:2:*" -ErrorId 'InvalidSource,*'
        $seen.Count | Should -Be 0
    }

    It 'shows what would be written with -WhatIf' {
        $new = Join-Path $TestDrive 'new.txt'
        Import-MigrationList $list | Export-MigrationList $new -WhatIf
        Test-Path $new | Should -BeFalse
        Import-MigrationList $list | Export-MigrationList $new -Confirm:$false
        Get-Content $new | Should -Be @('hv01.lab.example MH-101', 'hv02.lab.example')
    }

    It 'says what to do where nobody can be asked' {
        $out = Invoke-FreshPwsh -Script @"
Import-Module '$ModuleFolder/PlatformOps.psd1'
`$t = Import-MigrationList '$list'
`$t | Export-MigrationList '$TestDrive/never.txt' -Confirm
Test-Path '$TestDrive/never.txt'
"@
        ("$out" -replace '[\s|]+', ' ') | Should -BeLike '*nobody can be asked*-Confirm:$false*False'
    }
}
