using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class CloudsYamlTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("clouds-").FullName;
    private readonly Dictionary<string, string> _variables = [];

    private string Here => Directory.CreateDirectory(Path.Combine(_root, "here")).FullName;

    private string Home => Directory.CreateDirectory(Path.Combine(_root, "home", ".config", "openstack")).FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_cloud_fills_what_the_section_leaves_open_and_secure_yaml_wins()
    {
        Write(Home, "clouds.yaml", """
            clouds:
              prod:
                region_name: two
                interface: internal
                auth: { auth_url: "https://keystone.test:5000", username: other, project_name: admin, user_domain_name: ldap, password: wrong }
                regions: [{ name: two, values: { compute_endpoint_override: "https://nova.test/v2.1" } }]
                cacert: ca.pem
              dev: { auth: { auth_url: "https://dev.test" } }
            """);
        Write(Home, "secure.yaml", "clouds: { prod: { auth: { password: right } } }");

        var cloud = Complete(new OpenStackConfiguration { Cloud = "prod", Username = "ops" });

        Assert.Equal(("https://keystone.test:5000/", "ops", "ldap", "admin", "two", "internal"), (cloud.AuthUrl!.AbsoluteUri, cloud.Username, cloud.UserDomain, cloud.Project, cloud.Region, cloud.Interface));
        Assert.Equal("right", cloud.Password!.Inline);
        Assert.Equal("https://nova.test/v2.1", cloud.Endpoints["compute"].AbsoluteUri);
        Assert.Equal(Path.Combine(Home, "ca.pem"), cloud.Http!.CaFile);
    }

    [Fact]
    public void The_sections_own_login_and_scope_are_not_mixed_with_the_clouds()
    {
        Write(Home, "clouds.yaml", "clouds: { prod: { auth_type: v3applicationcredential, verify: false, auth: { auth_url: 'https://k.test', application_credential_id: ac, application_credential_secret: s, project_id: p1 } } }");

        var cloud = Complete(new OpenStackConfiguration { Cloud = "prod", Username = "ops", Password = Secret.FromText("p"), Project = "mine" });

        Assert.Equal((null, null, "mine", null), (cloud.ApplicationCredentialId, cloud.ApplicationCredentialSecret, cloud.Project, cloud.ProjectId));
        Assert.True(cloud.Http!.Insecure);
    }

    [Fact]
    public void The_current_folder_comes_before_the_home_folder_and_a_named_file_before_both()
    {
        Write(Home, "clouds.yaml", "clouds: { a: { auth: { auth_url: 'https://home.test' } } }");
        Assert.Equal("https://home.test/", Complete(new()).AuthUrl!.AbsoluteUri);
        Write(Here, "clouds.yml", "clouds: { a: { auth: { auth_url: 'https://here.test' } } }");
        Assert.Equal("https://here.test/", Complete(new()).AuthUrl!.AbsoluteUri);
        _variables["OS_CLIENT_CONFIG_FILE"] = Write(_root, "my.yaml", "clouds: { a: { auth: { auth_url: 'https://named.test' } } }");
        Assert.Equal("https://named.test/", Complete(new()).AuthUrl!.AbsoluteUri);
    }

    [Fact]
    public void Variables_are_a_cloud_of_their_own()
    {
        Write(Home, "clouds.yaml", "clouds: { a: { auth: { auth_url: 'https://home.test' } } }");
        (_variables["OS_AUTH_URL"], _variables["OS_USERNAME"], _variables["OS_PASSWORD"], _variables["OS_PROJECT_NAME"]) = ("https://env.test/v3", "u", "p", "admin");

        var cloud = Complete(new());
        Assert.Equal(("https://env.test/v3", "u", "admin"), (cloud.AuthUrl!.AbsoluteUri, cloud.Username, cloud.Project));

        _variables["OS_CLOUD"] = "a";
        Assert.Equal("https://home.test/", Complete(new()).AuthUrl!.AbsoluteUri);
    }

    [Fact]
    public void A_cloud_that_is_not_there_and_several_without_a_choice_are_errors_that_list_them()
    {
        Write(Home, "clouds.yaml", "clouds: { prod: {}, dev: {} }");

        Assert.Contains("There is no cloud 'prd' in", Assert.Throws<ConfigurationException>(() => Complete(new() { Cloud = "prd" })).Message, StringComparison.Ordinal);
        Assert.Contains("there are 'prod', 'dev'", Assert.Throws<ConfigurationException>(() => Complete(new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_that_we_cannot_do_is_named()
    {
        Write(Home, "clouds.yaml", "clouds: { a: { auth_type: v3oidcpassword, auth: { auth_url: 'https://k.test' } } }");

        Assert.Contains("'v3oidcpassword'", Assert.Throws<ConfigurationException>(() => Complete(new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_with_an_address_and_no_cloud_asks_nobody_else()
    {
        _variables["OS_AUTH_URL"] = "https://env.test";
        var section = new OpenStackConfiguration { AuthUrl = new Uri("https://k.test"), Username = "ops" };

        Assert.Same(section, Complete(section));
    }

    [Fact]
    public void Nothing_anywhere_leaves_the_section_as_it_is() => Assert.Null(Complete(new OpenStackConfiguration { Username = "ops" }).AuthUrl);

    private OpenStackConfiguration Complete(OpenStackConfiguration section)
        => new CloudsYaml(new UserEnvironment { Variables = _variables, HomeFolder = Path.Combine(_root, "home"), UserName = "ops", IsWindows = false }, Here, Path.Combine(_root, "etc")).Complete(section);

    private static string Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
