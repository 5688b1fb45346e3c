using System.Reflection;
using System.Text.RegularExpressions;
using PlatformOps.Core.Http;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Services.Redfish;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>What the table of faults has to know is found by itself.</summary>
public sealed partial class ServiceCallConventions(RecordedCalls calls) : IClassFixture<RecordedCalls>
{
    /// <summary>Under all clients of a cloud; and the end of a session, which is nobody's error.</summary>
    private static readonly string[] Elsewhere = [nameof(CloudEndpoint), $"{nameof(RedfishService)}.{nameof(RedfishService.EndAsync)}"];

    /// <summary>Asked for only of a Jira that keeps no properties, which the lab's does; JiraTests have one.</summary>
    private const string OfOddJira = "JiraClient.cs: PUT {api}/issue/{Key(key)}/comment/{Uri.EscapeDataString(comment.Id)}";

    [Fact]
    public void Every_method_that_calls_a_service_is_in_the_table()
    {
        var methods = typeof(HttpService).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsNested: false, Namespace: { } name } && name.StartsWith("PlatformOps.Core.Services.", StringComparison.Ordinal) && !typeof(HttpAuthentication).IsAssignableFrom(type) && Speaks(type))
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(IsCall).Select(method => (Client: type, method.Name)))
            .Where(method => !Elsewhere.Contains(method.Client.Name) && !Elsewhere.Contains($"{method.Client.Name}.{method.Name}"))
            .Select(method => $"{method.Client.Name}.{method.Name}");

        Assert.Equal(methods.Order(StringComparer.Ordinal), ServiceCalls.All.Select(call => call.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_request_that_the_services_sources_write_down_was_recorded()
    {
        var lines = calls.All.SelectMany(call => call.Exchanges).Select(exchange => Uri.UnescapeDataString(exchange.Line)).Distinct().ToList();
        var missing = Directory.EnumerateFiles(Path.Combine(Root(), "src", "PlatformOps.Core", "Services"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Written().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Method: match.Groups[1].Value.ToUpperInvariant(), Path: match.Groups[2].Value)))
            .Where(call => !lines.Exists(line => Regex.IsMatch(line, $"^{call.Method} .*/{Pattern(call.Path)}(\\?|$)")))
            .Select(call => $"{call.File}: {call.Method} {call.Path}");

        Assert.Equal([OfOddJira], missing);
    }

    private static bool Speaks(Type type) => type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Any(parameter => IsWay(parameter.ParameterType));

    private static bool IsWay(Type type) => type == typeof(HttpService) || type == typeof(HttpServiceFactory) || type == typeof(CloudEndpoint) || (type.IsGenericType && type.GetGenericArguments().Any(IsWay));

    private static bool IsCall(MethodInfo method)
        => !method.IsSpecialName && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(CancellationToken));

    // What is put into a path may be any part of it.
    private static string Pattern(string path) => string.Concat(Hole().Split(path).Select(Regex.Escape).SelectMany((part, index) => index == 0 ? [part] : new[] { "[^ ]*", part }));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Module.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Module.sln is not above the tests.");
        return folder;
    }

    [GeneratedRegex("""HttpCall(?:\.|\(HttpMethod\.)(Get|Post|Put|Patch|Delete)(?:\(|, )\s*\$?"([^"]+)["]""")]
    private static partial Regex Written();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();
}
