using PlatformOps.Lab.Faults;

namespace PlatformOps.Lab.Tests.Faults;

public sealed class GlobTests
{
    [Theory]
    [InlineData("PUT /os-services/*", "PUT /os-services/{id}", true)]
    [InlineData("* /os-services*", "GET /os-services", true)]
    [InlineData("hv0?.lab.example", "HV01.lab.example", true)]
    [InlineData("hv0?", "hv1", false)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyy", false)]
    public void Stars_cross_slashes_and_case_does_not_matter(string pattern, string text, bool matches) => Assert.Equal(matches, Glob.IsMatch(pattern, text));
}
