using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services;

/// <summary>The <c>http:</c> section and the session's one <see cref="HttpServiceFactory"/>, which every HTTP service's clients are made with.</summary>
internal sealed class HttpRegistration : ServiceRegistration
{
    public override string Name => "http";

    public override bool CanProbe => false;

    public override Type ConfigurationType => typeof(HttpSettings);

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(HttpServiceFactory)] = scope => new HttpServiceFactory(
            scope.Time, scope.Secrets.Redactor, scope.Configuration.Has<HttpSettings>() ? scope.Configuration.Section<HttpSettings>() : null),
    };
}
