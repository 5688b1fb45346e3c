BeforeAll {
    . $PSScriptRoot/Common.ps1
}

Describe 'Loading the module' {
    It 'works by name from the module path, from any folder' {
        $out = Invoke-FreshPwsh -Script @"
`$env:PSModulePath = '$ModuleRoot' + [IO.Path]::PathSeparator + `$env:PSModulePath
Import-Module PlatformOps
(Get-Module PlatformOps).Version.ToString()
(Get-Command -Module PlatformOps -CommandType Cmdlet).Count -eq (Get-Module PlatformOps).ExportedCmdlets.Count
"@
        $out | Should -Be @((Split-Path $ModuleFolder -Leaf), 'True')
    }

    It 'works from a copy in a folder with blanks in its name' {
        $copy = Join-Path $TestDrive 'a copy/PlatformOps'
        New-Item -ItemType Directory -Path $copy | Out-Null
        Copy-Item -Recurse $ModuleFolder $copy
        Invoke-FreshPwsh -Script "Import-Module '$copy'; (New-MaintenanceWindow).GetType().FullName" | Should -Be 'PlatformOps.Migration.MaintenanceWindow'
    }

    It 'autoloads' {
        Invoke-FreshPwsh -Script "`$env:PSModulePath = '$ModuleRoot'; (New-MaintenanceWindow).GetType().Name" | Should -Be 'MaintenanceWindow'
    }

    It 'exports its cmdlets again with -Force and after Remove-Module' {
        $out = Invoke-FreshPwsh -Script @"
Import-Module '$ModuleFolder/PlatformOps.psd1'; (Get-Command -Module PlatformOps).Count
Import-Module '$ModuleFolder/PlatformOps.psd1' -Force; (Get-Command -Module PlatformOps).Count
Import-Module '$ModuleFolder/PlatformOps.psd1' -Force; (Get-Command -Module PlatformOps).Count
(New-MaintenanceWindow).GetType().Name
Remove-Module PlatformOps; @(Get-Command -Module PlatformOps -ListImported).Count
Import-Module '$ModuleFolder/PlatformOps.psd1'; (Get-Command -Module PlatformOps).Count
(New-MaintenanceWindow).GetType().Name
"@
        $n = $out[0]
        [int] $n | Should -BeGreaterThan 3
        $out | Should -Be @($n, $n, $n, 'MaintenanceWindow', '0', $n, 'MaintenanceWindow')
    }

    It 'works in parallel runspaces' {
        Invoke-FreshPwsh -Script @"
1..4 | ForEach-Object -Parallel { Import-Module '$ModuleFolder/PlatformOps.psd1'; (New-MaintenanceWindow -Weeks `$_).GetType().Name } | Group-Object | ForEach-Object { "`$(`$_.Count) `$(`$_.Name)" }
"@ | Should -Be '4 MaintenanceWindow'
    }

    It 'loads none of its dependencies at import' {
        $out = Invoke-FreshPwsh -Script @"
Import-Module '$ModuleFolder/PlatformOps.psd1'
[AppDomain]::CurrentDomain.GetAssemblies().GetName().Name | Where-Object { `$_ -in 'YamlDotNet', 'Polly.Core', 'Npgsql' -or `$_ -like 'PlatformOps.*' } | Sort-Object
"@
        $out | Should -Be @('PlatformOps.Model', 'PlatformOps.PowerShell')
    }

    It 'loads the database client only where a shared ledger is configured, and into its own context' {
        $files = Join-Path $TestDrive 'files.yaml'
        $shared = Join-Path $TestDrive 'shared.yaml'
        Set-Content $files 'environment: test'
        Set-Content $shared "environment: test`nledger: postgres`npostgres:`n  host: /nowhere"
        if (-not $IsWindows) { chmod 600 $files $shared }
        $out = Invoke-FreshPwsh -Script @"
Import-Module '$ModuleFolder/PlatformOps.psd1'
function Loaded { @([System.Runtime.Loader.AssemblyLoadContext]::All | ForEach-Object { `$context = `$_.Name; @(`$_.Assemblies.GetName().Name) -eq 'Npgsql' | ForEach-Object { `$context } }) -join ' ' }
Connect-PlatformOps '$files'
"files: `$(Loaded)"
try { Connect-PlatformOps '$shared' } catch { `$_.FullyQualifiedErrorId.Split(',')[0] }
"shared: `$(Loaded)"
"@
        $out | Should -Be @('files: ', 'LedgerFault', 'shared: PlatformOps')
    }

    It 'keeps its YamlDotNet beside that of another module' {
        $other = Join-Path $TestDrive 'YamlDotNet.dll'
        New-Assembly $other '[assembly: System.Reflection.AssemblyVersion("5.0.0.0")] namespace YamlDotNet { public class Other { } }'
        $out = Invoke-FreshPwsh -Script @"
Import-Module '$other'
Import-Module '$ModuleFolder/PlatformOps.psd1'
`$own = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -eq PlatformOps
`$own.LoadFromAssemblyName('YamlDotNet').GetName().Version.Major
[YamlDotNet.Other].Assembly.GetName().Version.Major
(New-MaintenanceWindow).GetType().Name
"@
        $out | Should -Be @('16', '5', 'MaintenanceWindow')
    }

    It 'takes PowerShell and Model from the default context' {
        Invoke-FreshPwsh -Script @"
Import-Module '$ModuleFolder/PlatformOps.psd1'
`$null = New-MaintenanceWindow
(([System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -eq PlatformOps).Assemblies.GetName().Name | Sort-Object) -join ' '
"@ | Should -Be 'PlatformOps.Core PlatformOps.PowerShell'
    }

    It 'refuses a process that has another version, and says what to do' {
        $other = Join-Path $TestDrive 'PlatformOps.Model.dll'
        New-Assembly $other '[assembly: System.Reflection.AssemblyVersion("99.0.0.0")] namespace PlatformOps.Loading { public class ModuleLoadContext { } }'
        $out = Invoke-FreshPwsh -Script @"
[void][Reflection.Assembly]::LoadFrom('$other')
try { Import-Module '$ModuleFolder/PlatformOps.psd1'; 'imported' } catch { `$_.Exception.Message }
"@
        "$out" | Should -BeLike '*version 99.0.0 is already loaded*Start a new PowerShell session.'
    }

    It 'takes at most 100 ms more than an empty module' {
        # The limit is for PowerShell as it is shipped, compiled ahead of time: one that compiles itself while it imports takes longer.
        $pe = [System.Reflection.PortableExecutable.PEReader]::new([IO.File]::OpenRead([psobject].Assembly.Location))
        $isCompiled = $pe.PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size -gt 0
        $pe.Dispose()
        if (-not $isCompiled) {
            Set-ItResult -Skipped -Because 'this PowerShell was built without being compiled ahead of time'
        }

        # Median against median of fresh processes in turn; three times, as whatever else the machine does only adds to it.
        $empty = Join-Path $TestDrive 'Empty'
        New-Item -ItemType Directory -Path $empty | Out-Null
        Set-Content (Join-Path $empty 'Empty.psm1') ''
        New-ModuleManifest (Join-Path $empty 'Empty.psd1') -RootModule Empty.psm1 -FunctionsToExport @() -CmdletsToExport @() -AliasesToExport @() -VariablesToExport @()
        $measure = '$watch = [Diagnostics.Stopwatch]::StartNew(); Import-Module $args[0]; $watch.Elapsed.TotalMilliseconds'
        $seen = foreach ($i in 1..3) {
            $times = @{}
            foreach ($round in 1..5) {
                foreach ($module in "$empty/Empty.psd1", "$ModuleFolder/PlatformOps.psd1") {
                    $times[$module] = [double[]] @($times[$module] | Where-Object { $_ }) + [double] (Invoke-FreshPwsh -Script $measure -Arguments $module)
                }
            }

            $more = ($times["$ModuleFolder/PlatformOps.psd1"] | Sort-Object)[2] - ($times["$empty/Empty.psd1"] | Sort-Object)[2]
            $more
            if ($more -le 100) { break }
        }

        $seen[-1] | Should -BeLessOrEqual 100 -Because "it took $($seen -join ', ') ms more than an empty module"
    }
}
