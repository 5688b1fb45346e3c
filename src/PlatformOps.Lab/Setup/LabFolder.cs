using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Setup;

/// <summary>The folder with what a client of the lab needs: configuration, keys, known hosts, list. Readable by its owner only.</summary>
internal sealed class LabFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MostTries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);
    private readonly bool _isOurs;

    private LabFolder(string path, bool isOurs)
    {
        Path = path;
        _isOurs = isOurs;
        Keys = LabKeys.Make();
    }

    public string Path { get; }

    public LabKeys Keys { get; }

    public string ConfigurationPath => In("ops.yaml");

    public string ListPath => In("hypervisors.txt");

    /// <summary>Takes the folder given, which is made where absent, or makes a temporary one with a name that cannot be guessed.</summary>
    public static LabFolder Make(string? given)
    {
        if (given is null)
            return new LabFolder(Directory.CreateTempSubdirectory("platformops-lab-").FullName, isOurs: true);
        var path = System.IO.Path.GetFullPath(given);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else if (!Directory.Exists(path))
                Directory.CreateDirectory(path, Private | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"folder '{path}' cannot be made: {failure.Message}", failure);
        }

        return new LabFolder(path, isOurs: false);
    }

    public void Write(LabContext lab)
    {
        Write("id_lab", Keys.PrivateKey);
        Write("id_lab.pub", Keys.PublicKey + "\n");
        Write("known_hosts", string.Concat(lab.World.Hypervisors.Concat(lab.World.ControlHosts).Select(machine => $"{machine.Fqdn} {LabKeys.HostKeyLine(machine.HostKey)}\n")));
        Write("hypervisors.txt", "# hypervisor  ticket\n" + string.Concat(lab.World.Hypervisors.Select(hypervisor => $"{hypervisor.Fqdn} {TicketOf(lab.World, hypervisor)}".TrimEnd() + "\n")));
        Write("clouds.yaml", Clouds(lab));
        Write("ops.yaml", Configuration(lab));
    }

    public async Task RemoveAsync()
    {
        if (!_isOurs)
            return;
        // Sessions may still write there, for a moment.
        for (var tries = 0; tries < MostTries && Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Task.Delay(BetweenTries, TimeProvider.System);
            }
        }
    }

    private static string? TicketOf(LabWorld world, Hypervisor hypervisor) => world.Jira.Tickets.Find(ticket => ticket.Summary == hypervisor.Fqdn)?.Key;

    private static string Quoted(string text) => $"'{text.Replace("'", "''", Ordinal)}'";

    private static string Clouds(LabContext lab) => "clouds:\n" + string.Concat(lab.World.Users.Select(user => $"""
          {(user.Name == "admin" ? "lab" : "lab-" + user.Name)}:
            region_name: RegionOne
            interface: public
            identity_api_version: 3
            auth:
              auth_url: {lab.Address}identity
              username: {user.Name}
              password: {Quoted(user.Password)}
              project_name: admin
              user_domain_name: Default
              project_domain_name: Default

        """));

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private string Configuration(LabContext lab) => $$"""
        # Written by the lab for itself.
        environment: lab
        state-folder: {{Quoted(In("state"))}}
        general:
          initials: ab
        openstack:
          auth-url: {{lab.Address}}identity
          username: admin
          password: {{Quoted(lab.World.Users[0].Password)}}
          project: admin
          user-domain: Default
          project-domain: Default
          region: RegionOne
          interface: public
        netbox:
          url: {{lab.Address}}netbox
          api-token: {{Quoted(lab.World.NetBox.Token)}}
        jira:
          url: {{lab.Address}}{{(lab.Options.Jira == LabJiraKind.Cloud ? "jira-cloud" : "jira")}}
          username: {{lab.World.Jira.Me.Email}}
          api-token: {{Quoted(lab.World.Jira.Token)}}
          project: {{TicketData.ProjectKey}}
          issue-type: {{TicketData.IssueTypes[0]}}
        alertmanager:
          url: {{lab.Address}}alertmanager
          username: {{AlertData.UserName}}
          password: {{Quoted(lab.World.Alerts.Password)}}
        bmc:
          username: {{lab.World.Bmcs.UserName}}
          password: {{Quoted(lab.World.Bmcs.Password)}}
          address-pattern: '{{lab.Bmcs.Address}}bmc/${address}'{{(lab.Bmcs.Thumbprint is { } thumbprint ? $"\n  http: {{ thumbprint: {thumbprint} }}" : "")}}
        prometheus:
          url: {{lab.Address}}prometheus
          username: {{lab.World.Prometheus.UserName}}
          password: {{Quoted(lab.World.Prometheus.Password)}}
        ssh:
          username: ops
          key-path: {{Quoted(In("id_lab"))}}
          known-hosts: {{Quoted(In("known_hosts"))}}
          transport: lab
          accept-once-after-reinstall: true
          lab-url: {{lab.Address}}
        aquilon:
          host: {{lab.World.Aquilon.Host}}
          aqhost: {{lab.World.Aquilon.Host}}
          aqservice: {{AquilonData.Service}}
          username: ops
          password: {{Quoted(lab.World.Aquilon.Password)}}
          domain: prod_cloud
          archetype: cloud
          personality: kayobe-prod
          os-name: rocky
          os-version: 9x-x86_64
          disk-rules:
            - { model: "*a100*", disk: sda }
        kayobe:
          hostname: {{lab.World.Kayobe.Host}}
          username: ops
          prod-env-path: {{KayobeData.Base}}
          branch: {{lab.World.Kayobe.Branch}}
          vault-password: {{Quoted(lab.World.Kayobe.VaultPassword)}}
        migration:
          log-folder: {{Quoted(In("logs"))}}
          old-os:
            id: rocky
            version: "8"
          new-os:
            id: rocky
            version: "9"
        targets:
          allow: ["*.lab.example"]
          max: 20

        """;

    /// <summary>Writes a file that is private from its first byte on.</summary>
    private void Write(string name, string text)
    {
        var path = In(name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Private;
            // An old file keeps its mode when it is overwritten.
            if (File.Exists(path))
                File.SetUnixFileMode(path, Private);
        }

        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
