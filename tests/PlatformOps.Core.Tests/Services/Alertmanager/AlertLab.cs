using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Lab;
using PlatformOps.Runs;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text;

namespace PlatformOps.Core.Tests.Services.Alertmanager;

/// <summary>A lab with a session, and another person at its Alertmanager.</summary>
internal sealed class AlertLab : IAsyncDisposable
{
    public const string One = "hv01.lab.example";

    /// <summary>It has an alert from the start.</summary>
    public const string Three = "hv03.lab.example";

    private readonly PhaseLab _lab;
    private readonly HttpClient _person;

    private AlertLab(PhaseLab lab, HttpClient person)
    {
        (_lab, _person) = (lab, person);
        Session = lab.Session;
    }

    public SessionScope Session { get; set; }

    public AlertmanagerClient Client => Session.Get<AlertmanagerClient>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="options">The lab.</param>
    /// <param name="time">The session's clock; the real one where null.</param>
    public static async Task<AlertLab> StartAsync(LabOptions? options = null, TimeProvider? time = null)
    {
        var lab = await PhaseLab.StartAsync(options ?? new LabOptions { Hypervisors = 4, VirtualMachines = 4, Speed = 3600 });
        var login = (await lab.StateAsync()).GetProperty("alertmanager");
        var person = new HttpClient { BaseAddress = new Uri(lab.Lab.Address, "alertmanager/api/v2/") };
        person.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.GetProperty("username").GetString()}:{login.GetProperty("password").GetString()}")));
        var alerts = new AlertLab(lab, person);
        if (time is not null)
            alerts.Session = lab.Open(time: time);
        return alerts;
    }

    public SessionScope Open(params (string Key, object Value)[] overrides) => _lab.Open(overrides.ToDictionary(pair => pair.Key, pair => pair.Value));

    public Task FaultAsync(string call, string effect, int after = 0, int? count = null)
        => _lab.FaultAsync(new Dictionary<string, object?> { ["service"] = "alertmanager", ["call"] = call, ["effect"] = effect, ["after"] = after, ["count"] = count }.Where(pair => pair.Value is not null).ToDictionary());

    public Task ClearFaultsAsync() => _lab.ClearFaultsAsync();

    public Task SetHostAsync(int number, object properties) => _lab.SetHostAsync(number, properties);

    public async Task AdvanceAsync(TimeSpan time) => (await _person.PostAsJsonAsync(new Uri(_lab.Lab.Address, "lab/clock"), new Dictionary<string, double> { ["advance-seconds"] = time.TotalSeconds }, Token)).EnsureSuccessStatusCode();

    public Task<StepRecord> RunAsync(Change change, object? parameters = null, string target = One, string? takeOver = null)
        => Session.Effects.RunAsync(change, TargetOf(target), parameters ?? DefaultOf(change), takeOver, Token);

    public Task<StepRecord> PlanAsync(Change change, object? parameters = null, string target = One)
        => Session.Effects.PlanAsync(change, TargetOf(target), parameters ?? DefaultOf(change), null, Token);

    public ActionContext Context(string target = One) => new()
    {
        Target = TargetOf(target), Run = Session.Identity("test"), Step = "step", Clients = Session, Time = Session.Time, Log = SilentLog.Instance,
    };

    /// <summary>Every silence that there ever was, in the order in which they were made.</summary>
    public async Task<IReadOnlyList<LabSilence>> SilencesAsync()
        => [.. (await _lab.StateAsync()).GetProperty("alertmanager").GetProperty("silences").EnumerateArray().Select(row => new LabSilence(
            row.GetProperty("id").GetString()!, row.GetProperty("state").GetString()!, string.Join(", ", row.GetProperty("matchers").EnumerateArray().Select(matcher => matcher.GetString())),
            row.GetProperty("endsAt").GetDateTimeOffset(), row.GetProperty("createdBy").GetString()!, row.GetProperty("comment").GetString()!))];

    public async Task<IReadOnlyList<LabSilence>> ActiveAsync() => [.. (await SilencesAsync()).Where(silence => silence.State == "active")];

    /// <summary>How often silences were changed: "POST /silences" and "DELETE /silence/{id}".</summary>
    public async Task<IReadOnlyList<string>> WritesAsync()
        => [.. (await _lab.WritesAsync()).Where(write => write.StartsWith("alertmanager ", StringComparison.Ordinal)).Select(write => write.Split(' ')[1])];

    /// <summary>Another person silences something.</summary>
    public async Task<string> SilenceAsync(string matchers, TimeSpan duration, string comment, string createdBy = "bob")
    {
        var body = new
        {
            matchers = MatcherText.TryParse(matchers)!.Select(matcher => new { name = matcher.Name, value = matcher.Value, isRegex = matcher.IsRegex, isEqual = matcher.IsEqual }),
            startsAt = DateTimeOffset.UtcNow.AddDays(-2), endsAt = DateTimeOffset.FromUnixTimeSeconds((DateTimeOffset.UtcNow + duration).ToUnixTimeSeconds()), createdBy, comment,
        };
        using var answer = await _person.PostAsJsonAsync("silences", body, Token);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("silenceID").GetString()!;
    }

    public async Task ExpireAsync(string id) => (await _person.DeleteAsync($"silence/{id}", Token)).EnsureSuccessStatusCode();

    public Task<JsonElement> TicketAsync(string key) => _lab.TicketAsync(key);

    public string AddressOf(string path) => new Uri(_lab.Lab.Address, path).AbsoluteUri;

    public async ValueTask DisposeAsync()
    {
        if (Session != _lab.Session)
            await Session.DisposeAsync();
        _person.Dispose();
        await _lab.DisposeAsync();
    }

    // The ticket of hv03 is MH-103.
    private static ActionTarget TargetOf(string name) => new(ActionTarget.Hypervisor, name, $"MH-1{name[2..4]}");

    private static object DefaultOf(Change change) => change switch
    {
        SilenceAlerts => new SilenceAlertsParameters(),
        ExpireSilences => new ExpireSilencesParameters(),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };
}

internal sealed record LabSilence(string Id, string State, string Matchers, DateTimeOffset EndsAt, string CreatedBy, string Comment);
