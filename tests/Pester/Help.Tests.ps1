BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    Import-Module "$ModuleFolder/PlatformOps.psd1"
    $names = (Get-Command -Module PlatformOps).Name
}

Describe 'Help of <_>' -ForEach $names {
    BeforeAll {
        $help = Get-Help $_ -Full
        $text = $help | Out-String -Width 120
    }

    It 'is the one from the build' {
        $help.details.description.Text | Should -Not -BeNullOrEmpty
        $text | Should -Match 'SYNOPSIS'
        $text | Should -Match 'DESCRIPTION'
    }

    It 'has two examples or more with code' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) {
            $example.code | Should -Match $help.Name
        }
    }

    It 'has the syntax that PowerShell sees' {
        $names = { param($syntax) [regex]::Matches($syntax, '-([A-Z]\w+)').Groups.Where{ $_.Name -eq '1' }.Value | Sort-Object -Unique }
        $seen = & $names ((Get-Command $help.Name -Syntax) -replace [regex]::Escape($help.Name), '')
        $told = & $names ((($help.syntax | Out-String -Width 4096)) -replace [regex]::Escape($help.Name), '')
        $told | Should -Be $seen
    }

    It 'has examples that parse' {
        foreach ($example in $help.examples.example) {
            $errors = $null
            [void][System.Management.Automation.Language.Parser]::ParseInput($example.code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
        }
    }
}

Describe 'The about topic' {
    It 'is found' {
        Get-Help about_PlatformOps | Out-String | Should -Match 'Takes infrastructure out of service'
    }
}
