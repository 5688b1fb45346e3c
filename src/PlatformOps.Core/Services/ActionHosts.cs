using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services;

/// <summary>The hosts that actions work on.</summary>
internal static class ActionHosts
{
    /// <summary>The action's target as root: what actions on a hypervisor use.</summary>
    public static RemoteHost On(this RemoteShell shell, ActionContext context) => shell.Root(context.Target.Name, context.Log);
}
