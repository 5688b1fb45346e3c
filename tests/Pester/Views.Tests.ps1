BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    Import-Module "$ModuleFolder/PlatformOps.psd1"
    # Type#Variant is a view of its own for some objects of a type.
    $types = (Get-FormatData -TypeName PlatformOps.*).TypeNames | Where-Object { $_ -notlike '*#*' }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module "$ModuleFolder/PlatformOps.psd1"

    function New-Record([string] $type, [hashtable] $values) {
        $class = $type -as [type]
        $record = [System.Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($class)
        foreach ($name in $values.Keys) {
            $class.GetProperty($name).SetValue($record, ($values[$name] -as $class.GetProperty($name).PropertyType))
        }
        $record
    }

    $step = New-Record PlatformOps.Runs.StepRecord @{
        Target = 'hv01.lab.example'; Phase = 'PostReinstall'; Step = 'openstack.compute-service.disable'; Outcome = 'Failed'
        Duration = [timespan]::FromSeconds(125); Message = "the OS is rocky 8.10,`nexpected`e[31m major 9"
    }
    $targets = @(
        New-Record PlatformOps.Runs.TargetRun @{ Target = 'hv01.lab.example'; State = 'Failed'; Phase = 'PreDrain'; Step = 'host.os'; Message = 'no' }
        New-Record PlatformOps.Runs.TargetRun @{ Target = 'hv02.lab.example'; State = 'Succeeded' }
        New-Record PlatformOps.Runs.TargetRun @{ Target = 'hv03.lab.example'; State = 'Succeeded' })
    $run = New-Record PlatformOps.Runs.OpsRun @{ RunId = '20261120-0815-3f9a'; Name = 'PreDrain'; State = 'Failed'; Environment = 'lab'; StartedAt = [DateTimeOffset]::UnixEpoch; Targets = $targets }
    $session = New-Record PlatformOps.Sessions.OpsSession @{ Name = 'lab'; Environment = 'lab'; Services = @('openstack', 'netbox'); ConfigurationPath = '/tmp/lab/ops.yaml' }
}

Describe 'Views at <_> columns' -ForEach 80, 160 {
    BeforeAll {
        $width = $_
        $before = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        function Show($value) { ($value | Out-String -Width $width) -split '\r?\n' }
    }

    AfterAll {
        $PSStyle.OutputRendering = $before
    }

    It 'show a step in the columns that tell most, and nothing wider than the screen' {
        $lines = Show $step
        ($lines -join "`n") | Should -Match 'Target +Outcome +Duration Step'
        ($lines -join "`n") | Should -Match 'PostReinstall'
        ($lines -join "`n") | Should -Match '2m05s'
        ($lines | Measure-Object -Maximum Length).Maximum | Should -BeLessOrEqual $width
    }

    It 'show no control characters that a server sent' {
        (Show $step) -join '' | Should -Not -Match "`e"
    }

    It 'show a run with the states of its targets' {
        ((Show $run) -join '') -replace '\s' | Should -Match 'Succe|1Failed'
        ((Show $run) | Measure-Object -Maximum Length).Maximum | Should -BeLessOrEqual $width
    }

    It 'show targets and sessions' {
        (Show $targets) -join "`n" | Should -Match 'hv03'
        (Show $session) -join "`n" | Should -Match 'openstack, netbox'
    }
}

Describe 'A view' {
    It 'shows a row before the next has come: <_>' -ForEach $types {
        # Nothing in it: what a view makes of that is not asked here.
        $one, $two = (New-Record $_ @{}), (New-Record $_ @{})
        $lines = [System.Collections.Generic.List[string]]::new()
        $seen = @{}
        & { $one; $seen.Lines = $lines.Count; $two } | Out-String -Stream | ForEach-Object { $lines.Add($_) }
        # Of a table the header too.
        $seen.Lines | Should -BeGreaterThan 2
    }
}

Describe 'Data' {
    It 'carries no colour' {
        $step | ConvertTo-Json -Depth 3 | Should -Not -Match ([regex]::Escape('\u001b[3') + '[26]m(Failed|Done)')
    }

    It 'shows an error in a property as the sentence it says, and keeps the exception' {
        $thrown = [PlatformOps.Errors.StepFailedException]::new('hv01: the disk is full. Free it.', $null)
        try { [System.Threading.Tasks.Task]::FromException($thrown).GetAwaiter().GetResult() } catch { $thrown.StackTrace | Should -Not -BeNullOrEmpty }
        $failed = New-Record PlatformOps.Runs.StepRecord @{ Target = 'hv01'; Outcome = 'Failed'; Error = $thrown }
        $sick = New-Record PlatformOps.Sessions.ServiceHealth @{ Service = 'netbox'; Error = $thrown }
        foreach ($shown in ($failed | Format-List | Out-String), ($sick | Format-List | Out-String), ($failed | Format-List * | Out-String)) {
            $shown | Should -Match '(?m)^Error +: hv01: the disk is full. Free it.\s*$'
            $shown | Should -Not -Match 'Exception|   at '
        }
        $failed.Error | Should -BeOfType PlatformOps.Errors.StepFailedException
    }

    It 'lists the properties that matter first' {
        ($step | Format-List | Out-String) | Should -Not -Match 'RunId'
        ($step | Format-List * | Out-String) | Should -Match 'RunId'
    }
}
