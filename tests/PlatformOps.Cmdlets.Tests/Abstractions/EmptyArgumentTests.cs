using PlatformOps.Sessions;

namespace PlatformOps.Cmdlets.Tests.Abstractions;

public sealed class EmptyArgumentTests : IDisposable
{
    private readonly Shell _shell = new();

    public EmptyArgumentTests() => _shell.OpenSession("one");

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("$null | Get-OpsStep", "'RunId'", "Get-OpsRun")]
    [InlineData("'' | Get-OpsRun", "'RunId'", "Get-OpsRun")]
    [InlineData("$null | Disable-ComputeService -Reason x", "'HypervisorName'", "object with a HypervisorName, such as Get-Hypervisor")]
    [InlineData("'' | Disable-ComputeService -Reason x", "'HypervisorName'", "Get-Hypervisor")]
    [InlineData("$null | Set-InventoryDevice -Status planned", "'HypervisorName'", "object with a HypervisorName or DeviceName")]
    [InlineData("$null | Invoke-RemoteCommand -Command id", "'HostName'", "object with a HostName or HypervisorName")]
    [InlineData("$null | Add-TicketComment -Text x", "'TicketId'", "key such as MH-101")]
    [InlineData("$null | Disconnect-PlatformOps", "'Session'", "Get-PlatformOpsSession")]
    [InlineData("Get-OpsRun -Session $nobody", "'Session'", "leave it away for the current one")]
    [InlineData("$null | Test-Runbook", "'InputObject'", "null")]
    public void What_is_given_nothing_says_which_parameter_it_is_and_what_to_give(string script, string parameter, string wanted)
    {
        var message = Assert.Single(_shell.Run($"try {{ {script} }} catch {{ Write-Error $_ }}").Errors).Exception.Message;

        Assert.Contains(parameter, message, StringComparison.Ordinal);
        Assert.Contains(wanted, message, StringComparison.Ordinal);
        Assert.DoesNotContain("\"obj\"", message, StringComparison.Ordinal);
        Assert.IsType<OpsSession>(Assert.Single(_shell.Run("Get-PlatformOpsSession").Values));
    }
}
