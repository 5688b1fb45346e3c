using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services;

/// <summary>What a service's clients are made from: one session's configuration, secrets, clock and outlets.</summary>
internal interface IServiceScope : IClients
{
    OpsConfiguration Configuration { get; }

    SecretStore Secrets { get; }

    TimeProvider Time { get; }
}
