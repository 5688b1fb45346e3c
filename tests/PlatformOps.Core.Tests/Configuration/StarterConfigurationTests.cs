using PlatformOps.Core.Configuration;
using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Files;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Configuration;

public class StarterConfigurationTests
{
    [Fact]
    public void It_loads_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "ops.yaml");
        StarterConfiguration.Write(path, force: false);

        var configuration = Loader(folder).Load(path);

        Assert.Equal("default", configuration.Environment);
        Assert.Empty(configuration.Sections);
    }

    [Fact]
    public void Every_setting_it_shows_is_known()
    {
        using var folder = new TemporaryFolder();

        var configuration = Loader(folder).Load(folder.File("ops.yaml", Uncommented()));

        Assert.Equal(Registrations.Sections.Count, configuration.Sections.Count);
        Assert.Single(configuration.ChangeWindows);
    }

    [Fact]
    public void What_it_shows_as_default_is_the_default()
    {
        using var folder = new TemporaryFolder();
        var shown = Loader(folder).Load(folder.File("ops.yaml", Uncommented()));
        var plain = new Core.Migration.MigrationConfiguration();

        Assert.Equal(plain.OldOs, shown.Section<Core.Migration.MigrationConfiguration>().OldOs);
        Assert.Equal(plain.NewOs, shown.Section<Core.Migration.MigrationConfiguration>().NewOs);
        Assert.Equal(plain.ReasonTemplate, shown.Section<Core.Migration.MigrationConfiguration>().ReasonTemplate);
        Assert.Equal(plain.Statuses, shown.Section<Core.Migration.MigrationConfiguration>().Statuses with { PostReinstallFailed = null });
        var silent = new Core.Services.Alertmanager.AlertmanagerConfiguration();
        var alertmanager = shown.Section<Core.Services.Alertmanager.AlertmanagerConfiguration>();
        Assert.Equal(silent.Matchers, alertmanager.Matchers);
        Assert.Equal((silent.SilenceMode, silent.SilenceDuration, silent.CommentTemplate, silent.LinkTemplate), (alertmanager.SilenceMode, alertmanager.SilenceDuration, alertmanager.CommentTemplate, alertmanager.LinkTemplate));
        Assert.Equal(new MaintenanceRules().Days, shown.Maintenance.Days);
        Assert.Equal(new TargetRules().Max, shown.Targets.Max);
    }

    [Fact]
    public void It_documents_every_key_of_every_section()
    {
        var tree = YamlReader.ReadMapping(Uncommented(), YamlSource.Configuration("ops.yaml", "/"));

        Documented(typeof(GeneralKeys), tree, "");
        foreach (var section in Registrations.Sections)
            Documented(section, (YamlMapping)tree.Find(OpsConfiguration.NameOf(section))!, OpsConfiguration.NameOf(section));

        static void Documented(Type type, YamlMapping mapping, string path)
        {
            foreach (var member in RecordShape.Of(type).Members)
            {
                var node = mapping.Find(member.Key);
                Assert.True(node is not null, $"{path}.{member.Key} is not in examples/ops.yaml");
                
                // A service's own http: has the keys of the common one.
                if (node is YamlMapping inner && member.Key != "http" && member.Property.PropertyType.Namespace?.StartsWith("PlatformOps", StringComparison.Ordinal) == true && member.Property.PropertyType != typeof(Core.Secrets.Secret))
                    Documented(member.Property.PropertyType, inner, $"{path}.{member.Key}");
            }
        }
    }

    [Fact]
    public void The_file_is_its_owners_alone_and_so_is_the_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix permissions");
            return;
        }

        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a", "ops.yaml");
        StarterConfiguration.Write(path, force: false);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void It_never_overwrites_unless_forced_and_leaves_no_draft()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("ops.yaml", "mine");

        Assert.Contains("-Force", Assert.Throws<ConfigurationException>(() => StarterConfiguration.Write(path, force: false)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
        StarterConfiguration.Write(path, force: true);
        Assert.Equal(StarterConfiguration.Text, File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>The starter with every setting set: what a user gets who takes all marks away.</summary>
    private static string Uncommented() => string.Join('\n', StarterConfiguration.Text.Split('\n').Select(line =>
        line.StartsWith(StarterConfiguration.OptionMark, StringComparison.Ordinal) ? line[(StarterConfiguration.OptionMark.Length + 1)..] : line));

    private static ConfigurationLoader Loader(TemporaryFolder folder)
        => new(Registrations.Sections, new UserEnvironment { Variables = new Dictionary<string, string>(), HomeFolder = folder.Path, UserName = "jane.doe" });
}
