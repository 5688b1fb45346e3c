using PlatformOps.Core.Services.Kayobe;

namespace PlatformOps.Core.Tests.Services.Kayobe;

public class KayobeReadingTests
{
    [Theory]
    [InlineData("# branch.oid c0ffee\n# branch.head main\n# branch.upstream origin/main\n# branch.ab +0 -0\n", null)]
    [InlineData("# branch.oid c0ffee\n# branch.head main\n# branch.upstream origin/main\n# branch.ab +2 -0\n", null)]
    [InlineData("# branch.oid c0ffee\n# branch.head main\n# branch.upstream origin/main\n# branch.ab +0 -3\n", "branch main is 3 commits behind origin/main")]
    [InlineData("# branch.oid c0ffee\n# branch.head main\n# branch.upstream origin/main\n# branch.ab +0 -0\n1 .M N... 100644 100644 100644 a b etc/kayobe/x.yml\n? new.yml\n", "2 files differ from commit c0ffee, or are not in it")]
    [InlineData("# branch.oid c0ffee\n# branch.head other\n# branch.upstream origin/other\n# branch.ab +0 -0\n", "it is on branch other, not main")]
    [InlineData("# branch.oid c0ffee\n# branch.head (detached)\n", "it is on no branch (commit c0ffee)")]
    [InlineData("# branch.oid c0ffee\n# branch.head main\n", "branch main follows no upstream, so nobody can tell whether it is up to date")]
    [InlineData("# branch.oid c0ffee\n# branch.head main\n# branch.upstream origin/main\n", "branch main follows no upstream, so nobody can tell whether it is up to date")]
    [InlineData("# branch.oid (initial)\n# branch.head main\n", "it has no commit")]
    [InlineData("", "it has no commit")]
    public void A_checkout_is_fit_where_it_is_clean_on_its_branch_and_not_behind(string status, string? problem)
        => Assert.Equal(problem, KayobeCheckout.Read(status).Problem("main"));

    [Theory]
    [InlineData("kayobe 18.3.0", true)]
    [InlineData("kayobe 19.0.0.0rc2.dev11", true)]
    [InlineData("kayobe 20.0.0", false)]
    [InlineData("kayobe 21.1.0", false)]
    public void Kolla_Ansible_has_a_limit_of_its_own_before_version_20(string version, bool hasOptions)
        => Assert.Equal(hasOptions, KayobeInstallation.Read($"Using Kayobe config from /x\nops-config: /x/etc/kayobe\nops-inventory: /x/etc/kayobe/inventory\n{version}\n")!.HasKollaOptions);

    [Theory]
    [InlineData("ops-config: \nkayobe 19.0.0\n")]
    [InlineData("ops-config: /x\n")]
    [InlineData("ops-config: /x\nkayobe unknown\n")]
    [InlineData("")]
    public void Where_the_version_or_the_path_is_missing_it_is_not_guessed(string output) => Assert.Null(KayobeInstallation.Read(output));

    [Theory]
    [InlineData("build.yml", true)]
    [InlineData("sub/build.yaml", true)]
    [InlineData("/opt/site/build.yml", true)]
    [InlineData("../build.yml", false)]
    [InlineData("a/../../build.yml", false)]
    [InlineData("-e.yml", false)]
    [InlineData("build.sh", false)]
    [InlineData("$(id).yml", false)]
    [InlineData("a b.yml", false)]
    [InlineData("build.yml\n", false)]
    [InlineData("", false)]
    public void A_playbook_is_a_plain_path(string path, bool isGood) => Assert.Equal(isGood, KayobePlaybook.Problem(path) is null);

    [Theory]
    [InlineData("a", "1", true)]
    [InlineData("a", "{host}", true)]
    [InlineData("a-b", "1", false)]
    [InlineData("", "1", false)]
    [InlineData("a", "{{ lookup('pipe', 'id') }}", false)]
    [InlineData("a", "{% if x %}", false)]
    public void A_variable_has_a_name_and_no_template(string name, string value, bool isGood)
        => Assert.Equal(isGood, KayobePlaybook.Problem(new Dictionary<string, string> { [name] = value }) is null);

    [Theory]
    [InlineData("overcloud service deploy", true)]
    [InlineData("overcloud host package update", true)]
    [InlineData("overcloud deprovision", false)]
    [InlineData("overcloud service destroy", false)]
    [InlineData("overcloud service stop", false)]
    [InlineData("kolla ansible run destroy", false)]
    [InlineData("kolla ansible run stop-containers", false)]
    [InlineData("overcloud host configure --limit", false)]
    [InlineData("overcloud host configure -l all", false)]
    [InlineData("Overcloud", false)]
    public void A_command_is_words_and_takes_nothing_away(string command, bool isGood)
        => Assert.Equal(isGood, !new RunKayobeCommandParameters { Command = command.Split(' ') }.Problems().Any());
}
