# Loads PlatformOps.Model, the one assembly of ours in the default load context, and lets its load context load the cmdlets
# with their dependencies apart from everybody else's. Nothing else happens at import.
# Every kind of call costs some milliseconds the first time: there are as few as can be, and no Add-Type, which costs 100 ms.

$file = "$PSScriptRoot/bin/PlatformOps.Model.dll"
try {
    $model = [System.Reflection.Assembly]::LoadFrom($file)
    # .NET refuses a second assembly of a name, and now and then hands out the first instead.
    $other = if ($model.Location -ne $file -and $model.GetName().Version -ne [System.Reflection.AssemblyName]::GetAssemblyName($file).Version) { $model }
}
catch [System.IO.FileLoadException] {
    $other = [System.AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'PlatformOps.Model' } | Select-Object -First 1
    if (-not $other) {
        throw
    }
}

if ($other) {
    throw [System.InvalidOperationException]::new(
        "PlatformOps cannot be imported from $($PSScriptRoot): version $($other.GetName().Version.ToString(3)) is already loaded in this process " +
        "(from $($other.Location)), and assemblies cannot be unloaded. Start a new PowerShell session.")
}

$context = $model.GetType('PlatformOps.Loading.ModuleLoadContext')
$cmdlets = Microsoft.PowerShell.Core\Import-Module -Assembly $context.GetMethod('LoadCmdlets').Invoke($null, $null) -PassThru

if ($context.GetMethod('IsLoadedAgain').Invoke($null, $null)) {
    # A second import in the same process takes the assembly's cached analysis and forgets to hand its cmdlets on to this module:
    # they are added again, which does nothing where they are there already.
    $add = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
        $add.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
    }
}
