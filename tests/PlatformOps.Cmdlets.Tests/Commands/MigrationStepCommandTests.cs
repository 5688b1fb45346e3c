using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class MigrationStepCommandTests : LabShell
{
    [Theory]
    [InlineData("PreDrain, Setup", "not in the order of the migration")]
    [InlineData("Setup, PreDrain, setup", "given more than once")]
    public async Task Phases_that_nobody_means_are_refused_with_those_that_are_meant(string steps, string why)
    {
        foreach (var how in (string[])["-Confirm:$false", "-WhatIf"])
        {
            var error = Assert.Single(Run($"try {{ '{One}' | Invoke-MigrationStep -Step {steps} {how} }} catch {{ Write-Error $_ }}").Errors);
            Assert.Contains(why, error.Exception.Message, StringComparison.Ordinal);
            Assert.Contains("Setup, PreDrain.", error.Exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Run("Get-OpsRun").Values);
        Assert.Equal(0, await WritesAsync("nova"));
    }

    [Fact]
    public void A_window_that_is_over_is_refused_before_anything_happens()
    {
        foreach (var how in (string[])["-Confirm:$false", "-WhatIf"])
        {
            var over = "[PlatformOps.Migration.MaintenanceWindow]@{ Start = [DateTimeOffset]::UtcNow.AddDays(-2); End = [DateTimeOffset]::UtcNow.AddMinutes(-1) }";
            Assert.Contains("is over", Assert.Single(Run($"try {{ '{One}' | Invoke-MigrationStep -Step Setup -Window ({over}) {how} }} catch {{ Write-Error $_ }}").Errors).Exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Run("Get-OpsRun").Values);
    }

    [Fact]
    public void Phases_run_in_the_order_of_the_migration_whatever_their_case()
        => Assert.Equal(["Noops", "Setup"], Run($"'{One}' | Invoke-MigrationStep -Step noops, setup -Confirm:$false").Values.Cast<StepRecord>().Select(step => step.Phase).Distinct());
}
