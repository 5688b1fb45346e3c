using System.Management.Automation;
using PlatformOps.Migration;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class MigrationListCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ops-").FullName;
    private readonly Shell _shell = new();

    public void Dispose()
    {
        _shell.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_list_is_read_relative_to_the_runspaces_location()
    {
        Write("list.txt", "# first\nhv1.example.com\tMH-101\n\n hv2.example.com\n");
        _shell.Run("param($f) Set-Location $f", _folder);
        Assert.Equal(
            [new MigrationTarget { HypervisorName = "hv1.example.com", TicketId = "MH-101", ListName = "list.txt", ListLine = 2 }, new MigrationTarget { HypervisorName = "hv2.example.com", ListName = "list.txt", ListLine = 4 }],
            _shell.Run("Import-MigrationList list.txt").Values);
    }

    [Fact]
    public void A_malformed_line_is_named_and_nothing_is_emitted()
    {
        var path = Write("list.txt", "hv1.example.com\nhv2.example.com MH-1 extra\n");
        var result = _shell.Run("param($p) Import-MigrationList $p", path);
        Assert.Empty(result.Output);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith($"{path}:2: A line is ", error.Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("InvalidSource,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(path, error.TargetObject);
    }

    [Fact]
    public void Several_bad_lines_are_told_at_once()
    {
        var path = Write("list.txt", "hv1.example.com MH-1 extra\nhv2.example.com MH-2\nhv3.example.com mh3\nhv2.example.com\n");
        var error = Assert.Single(_shell.Run("param($p) Import-MigrationList $p", path).Errors);
        Assert.StartsWith($"{path}:1: A line is ", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("Also wrong: line 3: 'mh3' is not a ticket key", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("line 4: 'hv2.example.com' is in line 2 already.", error.Exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was read.", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_with_its_name()
    {
        var error = Assert.Single(_shell.Run("param($p) Import-MigrationList $p", Path.Combine(_folder, "none.txt")).Errors);
        Assert.StartsWith("PathNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal($"There is no file {Path.Combine(_folder, "none.txt")}. A list is a text file with one '<fully qualified name> <TICKET-KEY>' a line.", error.Exception.Message);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("\n# nobody yet\n", "every line is blank or a comment")]
    public void A_list_that_names_nobody_is_an_error(string text, string why)
    {
        var path = Write("empty.txt", text);
        var error = Assert.Single(_shell.Run("param($p) try { Import-MigrationList $p } catch { Write-Error $_ }", path).Errors);
        Assert.StartsWith($"{path}: It names no hypervisor: {why}. A list is ", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_list()
        => Assert.StartsWith($"{_folder}: This is a folder. A list is ", Assert.Single(_shell.Run("param($p) try { Import-MigrationList $p } catch { Write-Error $_ }", _folder).Errors).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Keys_go_back_into_the_list_they_came_from()
    {
        var path = Write("list.txt", "# first\nhv1.example.com   # no ticket yet\nhv2.example.com MH-2\n");
        var result = _shell.Run(
            """
            param($p)
            Import-MigrationList $p | ForEach-Object { if ($_.TicketId) { $_ } else { $_.TicketId = 'MH-1'; $_ } } | Export-MigrationList $p -PassThru
            """,
            path);
        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Output.Count);
        Assert.Equal("# first\nhv1.example.com MH-1   # no ticket yet\nhv2.example.com MH-2\n", File.ReadAllText(path));
    }

    [Fact]
    public void WhatIf_writes_nothing()
    {
        var path = Path.Combine(_folder, "new.txt");
        _shell.Run("param($p, $t) $t | Export-MigrationList $p -WhatIf", path, new MigrationTarget { HypervisorName = "hv1.example.com", TicketId = "MH-1" });
        Assert.False(File.Exists(path));
        Assert.Empty(_shell.Run("param($p, $t) $t | Export-MigrationList $p", path, new MigrationTarget { HypervisorName = "hv1.example.com", TicketId = "MH-1" }).Errors);
        Assert.Equal("hv1.example.com MH-1\n", File.ReadAllText(path));
    }

    [Fact]
    public void Processes_are_no_hypervisors()
    {
        var path = Path.Combine(_folder, "new.txt");
        Assert.NotEmpty(_shell.Run("param($p) Get-Process -Id $PID | Export-MigrationList $p", path).Errors);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_window_is_placed_by_the_cmdlet()
    {
        var window = Assert.IsType<MaintenanceWindow>(Assert.Single(_shell.Run("New-MaintenanceWindow -Start 2037-11-20T08:15:00Z -Holidays 2037-12-22").Values));
        Assert.Equal("2037-11-20T08:15:00Z..2037-12-23T08:15:00Z", window.ToString());
        Assert.Equal("2037-11-20T08:15:00Z..2037-12-16T17:00:00Z", Assert.Single(_shell.Run("New-MaintenanceWindow -Start 2037-11-20T08:15:00Z -End 2037-12-16T17:00:00Z").Values).ToString());
    }

    [Fact]
    public void A_window_is_the_sites_where_a_session_is_open_as_it_is_for_runs_without_one()
    {
        var configuration = Write("ops.yaml", "maintenance: { weeks: 3, days: [wed, fri], holidays: [2037-12-11] }");

        var windows = _shell.Run("param($p) Connect-PlatformOps $p; New-MaintenanceWindow -Start 2037-11-20T08:15:00Z; New-MaintenanceWindow -Start 2037-11-20T08:15:00Z -Weeks 4 -Day Tuesday", configuration).Values;

        Assert.Equal(["2037-11-20T08:15:00Z..2037-12-16T08:15:00Z", "2037-11-20T08:15:00Z..2037-12-22T08:15:00Z"], windows.Where(value => value is MaintenanceWindow).Select(value => value!.ToString()));
    }

    [Theory]
    [InlineData("-Start 2020-11-20T08:15:00Z")]
    [InlineData("-Start 2020-11-20T08:15:00Z -End 2020-12-16T17:00:00Z")]
    public void A_window_that_is_over_is_refused(string arguments)
        => Assert.Contains("is over", Assert.Single(_shell.Run($"try {{ New-MaintenanceWindow {arguments} }} catch {{ Write-Error $_ }}").Errors).Exception.Message, StringComparison.Ordinal);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
