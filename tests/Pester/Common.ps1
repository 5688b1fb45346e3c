# What the tests share: where the built module is, and fresh processes to try it in.

$version = ([xml](Get-Content -Raw (Join-Path $PSScriptRoot '../../Directory.Build.props'))).SelectSingleNode('//Version').InnerText
$script:ModuleRoot = (Resolve-Path (Join-Path $PSScriptRoot '../../artifacts/module')).Path
$script:ModuleFolder = Join-Path $ModuleRoot "PlatformOps/$version"
$script:Pwsh = [System.Environment]::ProcessPath

# Runs a script in a new pwsh and returns its output, one string a line; errors and warnings among it.
function Invoke-FreshPwsh {
    param([string] $Script, [string[]] $Arguments = @(), [string] $Folder = $TestDrive)
    $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).ps1"
    Set-Content -Path $file -Value $Script
    Push-Location $Folder
    try {
        & $script:Pwsh -NoProfile -NonInteractive -File $file @Arguments 2>&1 | ForEach-Object { "$_" }
    }
    finally {
        Pop-Location
    }
}
