# Loads PlatformOps.Model, the one assembly of ours in the default load context, and lets its load context load the cmdlets
# with their dependencies apart from everybody else's. Nothing else happens at import.

$model = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'PlatformOps.Model.dll')
$context = [System.Type]::GetType('PlatformOps.Loading.ModuleLoadContext, PlatformOps.Model')
if ($null -eq $context) {
    # LoadFrom, not Add-Type: that one costs 100 ms more.
    $context = [System.Reflection.Assembly]::LoadFrom($model).GetType('PlatformOps.Loading.ModuleLoadContext')
}
else {
    $here = [System.Reflection.AssemblyName]::GetAssemblyName($model).Version
    $loaded = $context.Assembly.GetName().Version
    if ($here -ne $loaded) {
        throw [System.InvalidOperationException]::new(
            "PlatformOps $($here.ToString(3)) cannot be imported: version $($loaded.ToString(3)) is already loaded in this process " +
            "(from $($context.Assembly.Location)), and assemblies cannot be unloaded. Start a new PowerShell session.")
    }
}

$cmdlets = Microsoft.PowerShell.Core\Import-Module -Assembly $context.GetMethod('LoadCmdlets').Invoke($null, $null) -PassThru
$module = $ExecutionContext.SessionState.Module
if ($module.ExportedCmdlets.Count -eq 0) {
    # A second import in the same process takes the assembly's cached analysis and forgets to hand its cmdlets on to this module.
    $add = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
        $add.Invoke($module, @(, $cmdlet))
    }
}
