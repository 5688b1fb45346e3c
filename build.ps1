#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, packs or installs the module. A thin face on dotnet and Pester.
.EXAMPLE
    ./build.ps1
    Builds the solution; the loadable module is in artifacts/module/PlatformOps.
.EXAMPLE
    ./build.ps1 -Task Test
    Runs dotnet test and, in this pwsh, the Pester tests.
.EXAMPLE
    ./build.ps1 -Task Install -Configuration Release
    Copies the module to the first folder of PSModulePath that is the user's own.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Install')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'
$solution = Join-Path $PSScriptRoot 'Module.sln'
$version = ([xml](Get-Content -Raw (Join-Path $PSScriptRoot 'Directory.Build.props'))).SelectSingleNode('//Version').InnerText
$built = Join-Path $PSScriptRoot "artifacts/module/PlatformOps/$version"

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args -join ' ') ended with $LASTEXITCODE."
    }
}

Invoke-Dotnet build $solution --configuration $Configuration --nologo

if ('Test' -in $Task) {
    Invoke-Dotnet test $solution --configuration $Configuration --no-build --nologo
    if (Get-Module -ListAvailable Pester | Where-Object Version -GE 5.5) {
        # In a process of its own: this one could not load the next build of the module.
        & ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -Command "`$c = New-PesterConfiguration; `$c.Run.Path = '$PSScriptRoot/tests/Pester'; `$c.Run.Exit = `$true; Invoke-Pester -Configuration `$c"
        if ($LASTEXITCODE -ne 0) {
            throw "$LASTEXITCODE Pester tests failed."
        }
    }
    else {
        Write-Warning 'Left out: tests/Pester (needs Pester 5.5 or later: Install-PSResource Pester).'
    }
}

if ('Package' -in $Task) {
    $package = Join-Path $PSScriptRoot "artifacts/PlatformOps.$version.zip"
    Compress-Archive -Path (Join-Path $PSScriptRoot 'artifacts/module/PlatformOps') -DestinationPath $package -Force
    Get-Item $package
}

if ('Install' -in $Task) {
    $documents = if ($IsWindows) { Join-Path ([Environment]::GetFolderPath('MyDocuments')) 'PowerShell' } else { Join-Path $HOME '.local/share/powershell' }
    $target = Join-Path $documents "Modules/PlatformOps/$version"
    if (Test-Path $target) {
        Remove-Item -Recurse -Force $target
    }
    New-Item -ItemType Directory -Path (Split-Path $target) -Force | Out-Null
    Copy-Item -Recurse $built $target
    Get-Item $target
}
