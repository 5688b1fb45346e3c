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
    $before = $env:NO_COLOR
    $env:NO_COLOR = '1'
    try {
        & $script:Pwsh -NoProfile -NonInteractive -File $file @Arguments 2>&1 | ForEach-Object { "$_" }
    }
    finally {
        $env:NO_COLOR = $before
        Pop-Location
    }
}

# Compiles C# to an assembly of that name: Add-Type makes up a name of its own.
function New-Assembly {
    param([string] $Path, [string] $Source)
    Add-Type -TypeDefinition 'public static class LoadsTheCompiler { }'
    $name = [IO.Path]::GetFileNameWithoutExtension($Path)
    $tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($Source)
    $references = [Microsoft.CodeAnalysis.MetadataReference[]] @([Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location))
    $options = [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new([Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary)
    $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create($name, [Microsoft.CodeAnalysis.SyntaxTree[]] @($tree), $references, $options)
    $file = [IO.File]::Create($Path)
    try {
        $result = $compilation.Emit($file)
    }
    finally {
        $file.Dispose()
    }
    if (-not $result.Success) {
        throw ($result.Diagnostics -join "`n")
    }
}
