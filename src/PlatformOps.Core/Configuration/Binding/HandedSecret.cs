using PlatformOps.Core.Secrets;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Configuration.Binding;

/// <summary>A secret that a caller handed in, in the place of a text.</summary>
internal sealed class HandedSecret(YamlSource source, Secret secret) : YamlScalar(source, line: 0, column: 0, text: "")
{
    public Secret Secret { get; } = secret;
}
