using System.Collections.Concurrent;

namespace PlatformOps.TestKit.Changes;

/// <summary>A light for each target and action.</summary>
internal sealed class House
{
    private readonly ConcurrentDictionary<(string, string), Light> _lights = new();

    /// <summary>Called when a light is made.</summary>
    public Action<string, string, Light>? OnMade { get; set; }

    public IEnumerable<Light> Lights => _lights.Values;

    public Light Light(string target, string action) => _lights.GetOrAdd((target, action), key =>
    {
        var light = new Light();
        OnMade?.Invoke(key.Item1, key.Item2, light);
        return light;
    });
}
