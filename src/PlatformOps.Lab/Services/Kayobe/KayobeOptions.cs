using PlatformOps.Lab.Hosts.Commands;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Kayobe;

/// <summary>What a run of Kayobe was given, beside its words.</summary>
internal sealed record KayobeOptions(int Major, string? Limit, string? KollaLimit, string? Tags, string? KollaTags)
{
    /// <summary>Reads the options as the version has them.</summary>
    /// <returns>Null where they are refused, which was told then; with the exit status.</returns>
    public static (KayobeOptions? Options, List<string> Words, int Status) Read(CommandCall call, KayobeData data)
    {
        var major = int.Parse(data.Version.Split('.')[0], CultureInfo.InvariantCulture);
        List<string> words = [];
        string? limit = null, kollaLimit = null, tags = null, kollaTags = null;
        for (var i = 1; i < call.Arguments.Length; i++)
        {
            var word = call.Arguments[i];
            var value = i + 1 < call.Arguments.Length ? call.Arguments[i + 1] : null;
            switch (word)
            {
                case "-l" or "--limit":
                    (limit, i) = (value, i + 1);
                    break;
                case "-kl" or "--kolla-limit" when major <= 20:
                    (kollaLimit, i) = (value, i + 1);
                    break;
                case "-t" or "--tags":
                    (tags, i) = (value, i + 1);
                    break;
                case "-kt" or "--kolla-tags" when major <= 20:
                    (kollaTags, i) = (value, i + 1);
                    break;
                case "-e" or "--extra-vars" or "--vault-password-file":
                    i++;
                    break;
                case "-h" or "--help" or "--version":
                    words.Add("--help");
                    break;
                case ['-', ..]:
                    return (null, words, call.Fail($"usage: kayobe [--version] …\nkayobe: error: unrecognized arguments: {word}", 2));
                default:
                    words.Add(word);
                    break;
            }
        }

        return major >= 20 && limit is not null && kollaLimit is not null
            ? (null, words, call.Fail("[ERROR]: You can no longer use both --limit and --kolla-limit at the same time. Please switch to just using --limit", 1))
            : (new KayobeOptions(major, limit, kollaLimit, tags, kollaTags), words, 0);
    }
}
