using System.Diagnostics;
using System.Text;
using PlatformOps.Core.Tests.Configuration;
using PlatformOps.Core.Texts;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Tests.Http;

/// <summary>Whatever comes is refused within a tenth of a second: the best of many rounds, because the machine has other work.</summary>
[Collection(nameof(Alone))]
public sealed class HostileTimeTests
{
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(100);

    [Theory]
    [MemberData(nameof(JsonBodyTests.Hostile), MemberType = typeof(JsonBodyTests))]
    public void Json(string what, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Refuses(what, () => JsonBody.Parse(utf8));
    }

    [Theory]
    [MemberData(nameof(YamlReaderTests.Hostile), MemberType = typeof(YamlReaderTests))]
    public void Yaml(string what, string text) => Refuses(what, () => YamlReader.ReadMapping(text, YamlSource.Other("list.yaml")));

    private static void Refuses(string what, Action read)
    {
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 30 && best > Most; round++)
        {
            var began = Stopwatch.GetTimestamp();
            Assert.NotNull(Record.Exception(read));
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
        }

        Assert.True(best <= Most, $"{what} took {best.TotalMilliseconds} ms");
    }
}
