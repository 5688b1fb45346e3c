using PlatformOps.Lab.Hosts;

namespace PlatformOps.Lab.Tests.Hosts;

public sealed class SshRequestTests
{
    [Theory]
    [InlineData("cat /etc/os-release", "cat")]
    [InlineData("'sudo' '-n' '--' '/usr/bin/virsh' 'list'", "virsh")]
    [InlineData("sudo -n -u nova cat x", "cat")]
    [InlineData("PATH=/usr/bin LC_ALL=C lsblk -J", "lsblk")]
    [InlineData("sudo -n sh -c 'install -d /x && true'", "install")]
    [InlineData("timeout 30 dnf -y update", "dnf")]
    [InlineData("sudo -n sh -s", "sh")]
    [InlineData("sh -c 'umask 077\ncat \"$1\"' ops-reader /etc/os-release", "ops-reader")]
    [InlineData("sh -c 'umask 077\ncat \"$1\"'", "umask")]
    [InlineData("", "shell")]
    public void Counters_and_faults_name_the_program_behind_its_wrappers(string command, string program) =>
        Assert.Equal(program, SshRequest.Read(new JsonObject { ["host"] = "h", ["user"] = "u", ["command"] = command }).Program);
}
