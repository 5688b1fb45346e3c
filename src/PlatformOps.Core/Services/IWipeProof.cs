using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services;

/// <summary>What proves that a machine may be wiped. Asked by the effects that delete it, arm its installer or format its disks, immediately before: whoever makes them, a runbook of ours, a site's own, or a single cmdlet.</summary>
internal interface IWipeProof
{
    /// <summary>A hypervisor is out of service by us, holds nothing, and is the machine that was written down. Other machines are a matter of the protected targets and of the confirmation.</summary>
    /// <exception cref="Errors.RefusedException">It is in service, another's, holds something or is another machine, or one who would know did not tell.</exception>
    Task RequireReleasedAsync(ActionContext context, CancellationToken cancellationToken);

    /// <summary>A hypervisor is the machine that was written down and, where Nova knows it, out of service by us and without servers. What an empty system has of domains and tenants is not asked: it was installed anew.</summary>
    /// <exception cref="Errors.RefusedException">It is another, nobody wrote down which it was, it is in service, another's or has servers, or one who would know did not tell.</exception>
    Task RequireOursAsync(ActionContext context, CancellationToken cancellationToken);
}
