# Loads PlatformOps.Model, the one assembly of ours in the default load context, and lets its load context load the cmdlets
# with their dependencies apart from everybody else's. Nothing else happens at import.
# Every kind of call costs some milliseconds the first time: there are as few as can be, and no Add-Type, which costs 100 ms.

$file = "$PSScriptRoot/bin/PlatformOps.Model.dll"
$assembly = $failure = $null
try {
    $context = [System.Reflection.Assembly]::LoadFrom($file).GetType('PlatformOps.Loading.ModuleLoadContext')
    $assembly = $context::LoadCmdlets($file)
}
catch {
    $failure = $_
}

if (-not $assembly) {
    # .NET refuses a second assembly of a name, and now and then hands out the first instead: that one loads no cmdlets but its own.
    $other = [System.AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'PlatformOps.Model' } | Select-Object -First 1
    if (-not $other -or $other.Location -eq $file) {
        throw $failure
    }

    throw [System.InvalidOperationException]::new(
        "PlatformOps cannot be imported from $($PSScriptRoot): version $($other.GetName().Version.ToString(3)) is already loaded in this process " +
        "(from $($other.Location)), and assemblies cannot be unloaded. Start a new PowerShell session.")
}

$cmdlets = Microsoft.PowerShell.Core\Import-Module -Assembly $assembly -PassThru

if ($context::IsLoadedAgain()) {
    # A second import in the same process takes the assembly's cached analysis and forgets to hand its cmdlets on to this module:
    # they are added again, which does nothing where they are there already.
    $add = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
        $add.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
    }
}
