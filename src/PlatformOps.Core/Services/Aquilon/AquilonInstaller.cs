using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Whether Aquilon's bootserver would install a machine.</summary>
internal sealed class AquilonInstaller(IServiceScope scope) : IInstallerState
{
    public async Task<string?> FindAsync(ActionContext context, CancellationToken cancellationToken)
    {
        if (!scope.Configuration.Has<AquilonConfiguration>())
            return null;
        var aquilon = scope.Get<AquilonClient>();
        if (await aquilon.FindHostAsync(context.Target.Name, cancellationToken) is not { HostName: { } name, Bootserver: not null })
            return null;
        return SwitchAquilonBoot.Installs(SwitchAquilonBoot.Parse(await aquilon.ReadMessagesAsync(["pxeswitch", "--hostname", name, "--status"], cancellationToken), name))
            ? $"Aquilon installs {name} anew at its next boot from the network, which Set-AquilonBoot {context.Target.Name} -Boot LocalBoot ends"
            : null;
    }
}
