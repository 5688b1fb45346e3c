using PlatformOps.Alerts;
using PlatformOps.Compute;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;
using PlatformOps.Inventory;
using PlatformOps.Migration;
using PlatformOps.Runs;
using PlatformOps.Tickets;

namespace PlatformOps.Core.Migration;

/// <summary>Answers "where is it?" from the live systems, with or without a ledger. A system that does not answer leaves its columns empty, and says so.</summary>
internal sealed class MigrationStatusReader
{
    private const string Unsure = "Unknown";
    private const int ToldOfFailure = 100;

    private readonly IServiceScope _scope;
    private readonly MigrationStatuses _statuses;
    private readonly Lazy<(IReadOnlyList<OpsRun> Runs, IReadOnlyList<string> Failures)> _ledger;

    public MigrationStatusReader(IServiceScope scope)
    {
        _scope = scope;
        _statuses = scope.Configuration.Has<MigrationConfiguration>() ? scope.Configuration.Section<MigrationConfiguration>().Statuses : new MigrationStatuses();
        _ledger = new(() => ReadRuns(scope.Get<RunStore>()));
    }

    public async Task<MigrationStatus> ReadAsync(string hypervisorName, string? ticketId, CancellationToken cancellationToken)
    {
        var unknown = new List<string>();
        var (silent, absent) = (new List<string>(), new List<string>());
        var service = await AskAsync<OpenStackConfiguration, ComputeService>("Nova", async () => await _scope.Get<NovaClient>().ServiceAsync(hypervisorName, cancellationToken));
        var device = await AskAsync<NetBoxConfiguration, InventoryDevice>("NetBox", async () => await _scope.Get<NetBoxClient>().DeviceAsync(hypervisorName, cancellationToken));
        int? servers = service is null
            ? null
            : (await AskAsync<OpenStackConfiguration, IReadOnlyList<ComputeServer>>("Nova's servers", async () => await _scope.Get<NovaClient>().ServersOnAsync(service.HypervisorName, cancellationToken)))?.Count;
        var key = ticketId ?? service?.TicketId;
        var ticket = await AskAsync<JiraConfiguration, Ticket>("Jira", async () => key is not null
            ? await _scope.Get<JiraClient>().GetAsync(key, cancellationToken)
            : (await _scope.Get<JiraClient>().FindOpenAsync(hypervisorName, null, null, cancellationToken)) is [var open, ..] ? open : null);
        var silences = await AskAsync<AlertmanagerConfiguration, IReadOnlyList<DateTimeOffset>>("Alertmanager", () => SilenceEndsAsync(hypervisorName, cancellationToken));
        unknown.AddRange(_ledger.Value.Failures);
        var known = KnownRun.Of(_scope.Get<RunStore>(), _ledger.Value.Runs, hypervisorName);
        var current = KnownRun.CurrentOf(known);
        var (run, target) = (current?.Run, current?.Target);
        var newest = known.SelectMany(one => one.Done).OrderBy(done => done.At).Select(done => done.Phase).LastOrDefault();
        var progress = ProgressOf(service, device, ticket, newest, unknown.Count > 0);
        var isFinished = newest == "Finish" && (target is null or { State: RunState.Succeeded } || current!.IsRefused) && (service is null or { Status: "enabled" });

        return new MigrationStatus
        {
            HypervisorName = hypervisorName,
            Phase = isFinished ? "Finish" : progress.Phase,
            PhaseState = isFinished ? nameof(PhaseState.Done)
                : progress.Phase is "None" or Unsure ? null
                : target is { State: RunState.Waiting or RunState.Failed } && target.Phase == progress.Phase ? target.State.ToString()
                : progress.State.ToString(),
            TicketId = ticket?.TicketId ?? key,
            TicketStatus = ticket?.Status,
            Compute = service is null ? null : $"{service.Status}/{service.State}",
            DisabledReason = service?.DisabledReason,
            Owner = service?.Owner,
            ServerCount = servers,
            InventoryStatus = device?.Status,
            SilencedUntil = silences is { Count: > 0 } ? silences.Min() : null,
            RunId = run?.RunId ?? service?.RunId,
            RunState = target?.State,
            WaitingFor = target is { State: RunState.Waiting or RunState.Failed or RunState.Interrupted or RunState.Stopped } ? target.Message ?? $"{target.Phase}.{target.Step}" : null,
            NextAction = Next(progress, isFinished, service, servers, ticket, silent, absent, current, unknown),
            Unknown = [.. unknown],
        };

        async Task<T?> AskAsync<TSection, T>(string what, Func<Task<T?>> ask)
            where TSection : class
            where T : class
        {
            if (!_scope.Configuration.Has<TSection>())
                return null;
            try
            {
                return await ask();
            }
            catch (OpsException e) when (e is not ServiceAuthenticationException { StatusCode: 401 })
            {
                unknown.Add($"{what}: {e.Message}");
                (e is ObjectNotFoundException && what is ("Nova" or "NetBox") ? absent : silent).Add(what);
                return null;
            }
        }
    }

    // When each of its silences ends; none where not all of its alerts are silenced.
    private async Task<IReadOnlyList<DateTimeOffset>?> SilenceEndsAsync(string hypervisorName, CancellationToken cancellationToken)
    {
        var alertmanager = _scope.Get<AlertmanagerClient>();
        List<DateTimeOffset> ends = [];
        foreach (var matchers in alertmanager.Hosts.Of(hypervisorName))
        {
            if ((await alertmanager.LiveAsync(matchers, cancellationToken)).Where(known => known.Silence.State == AlertSilenceState.Active).MaxBy(known => known.Silence.EndsAt) is not { } longest)
                return [];
            ends.Add(longest.Silence.EndsAt);
        }

        return ends;
    }

    // One run whose journal is damaged must not hide the others.
    private static (IReadOnlyList<OpsRun> Runs, IReadOnlyList<string> Failures) ReadRuns(RunStore store)
    {
        List<string> failures = [];
        return ([.. store.List((runId, e) => failures.Add($"run {runId}: {e.Message}"))], failures);
    }

    // The ticket tells best; then what only one phase does, or our own runs where Nova bears them out.
    private Progress ProgressOf(ComputeService? service, InventoryDevice? device, Ticket? ticket, string? newest, bool isUnsure)
    {
        (string? Status, Progress Progress)[] told =
        [
            (_statuses.Draining, new("Drain", PhaseState.Begun)), (_statuses.Drained, new("Drain", PhaseState.Done)),
            (_statuses.PreReinstall, new("PreReinstall", PhaseState.Begun)), (_statuses.PreReinstallFailed, new("PreReinstall", PhaseState.Failed)), (_statuses.PreReinstallDone, new("PreReinstall", PhaseState.Done)),
            (_statuses.PostReinstall, new("PostReinstall", PhaseState.Begun)), (_statuses.PostReinstallFailed, new("PostReinstall", PhaseState.Failed)), (_statuses.PostReinstallDone, new("PostReinstall", PhaseState.Done)),
            (_statuses.Adoption, new("Adoption", PhaseState.Begun)), (_statuses.AdoptionFailed, new("Adoption", PhaseState.Failed)), (_statuses.AdoptionDone, new("Adoption", PhaseState.Done)),
        ];
        if (told.FirstOrDefault(one => one.Status is not null && string.Equals(one.Status, ticket?.Status, StringComparison.OrdinalIgnoreCase)).Progress is { } progress)
            return progress;
        var isPlanned = string.Equals(device?.Status, "planned", StringComparison.OrdinalIgnoreCase);
        if (newest is not (null or "Finish") && (newest == "Adoption" ? service is { Status: "enabled" } : service is { IsOurs: true, Status: "disabled" }) && !(isPlanned && (newest is "PreDrain" or "Drain")))
            return new Progress(newest, PhaseState.Done);
        if (isPlanned)
            return new Progress("PreReinstall", PhaseState.Begun);
        // Who did not answer may know better than nobody.
        return service is { IsOurs: true, Status: "disabled" } ? new Progress("PreDrain", PhaseState.Done) : new Progress(isUnsure ? Unsure : "None", PhaseState.Done);
    }

    private static string Next(Progress progress, bool isFinished, ComputeService? service, int? servers, Ticket? ticket, IReadOnlyList<string> silent, IReadOnlyList<string> absent, KnownRun? current, IReadOnlyList<string> unknown)
    {
        var runId = current?.Run.RunId;
        if (current is { Target.State: RunState.Running })
            return $"wait: run {runId} works on it";
        // Servers may be built on what is made ready to be wiped.
        if (service is { Status: "enabled" } && progress.Phase is ("Drain" or "PreReinstall" or "PostReinstall"))
            return $"ask who enabled it and why: it is in service, and {progress.Phase} {(progress.State == PhaseState.Done ? "is done" : "has begun")}";
        if (current is { NeedsDecision: true })
            return $"Get-OpsStep {runId} -Open | Resolve-OpsStep, then Resume-OpsRun {runId}";
        if (current is { IsStuck: true, Target: { } stuck })
        {
            return stuck switch
            {
                { State: RunState.Failed } => $"mend what failed ({WhatFailed(current)}), then Resume-OpsRun {runId}",
                { AwaitsApproval: true } => $"Resume-OpsRun {runId} -Approve",
                // The run only waits for it: whoever moves them is somebody else.
                { Phase: "Drain" } when servers > 0 => $"move its {servers} servers away, then Resume-OpsRun {runId}",
                _ => $"Resume-OpsRun {runId}",
            };
        }

        if (absent.Contains("Nova") && absent.Contains("NetBox") && ticket is null && current is null or { IsRefused: true })
            return "correct the name: Nova and NetBox know no such hypervisor";
        if (isFinished)
            return "nothing: it is finished";
        if (service is { Status: "disabled", IsOurs: false })
            return "ask who disabled it and why";
        // What was not told may say something else.
        if (silent.FirstOrDefault(what => what is "Nova" or "Jira" || (what == "NetBox" && ticket is null)) is { } unheard)
            return $"look again: {unheard} did not answer";
        var next = progress switch
        {
            { Phase: Unsure } => $"look again: not all could be asked: {string.Join(", ", unknown.Select(one => one.Split(':')[0]).Distinct())} (Unknown says why)",
            { Phase: "None" } => ticket is { IsDone: true } ? "nothing: its ticket is done" : "Invoke-MigrationStep -Step Setup, PreDrain",
            { Phase: "PreDrain" or "Drain" } when servers is null => "look again: how many servers are on it is not known",
            { Phase: "PreDrain" or "Drain" } when servers > 0 => $"move its {servers} servers away",
            { Phase: "PreDrain" } or { Phase: "Drain", State: PhaseState.Begun } => "Invoke-MigrationStep -Step Drain",
            { Phase: "Drain" } => "prepare the reinstall: Invoke-MigrationStep -Step PreReinstall",
            { State: PhaseState.Begun } => $"see how far {progress.Phase} came{(service?.RunId is { } claimed ? $" (claimed by {service.Owner} in run {claimed})" : "")}, and go on with it",
            { State: PhaseState.Failed } => $"mend what failed ({ticket!.TicketId} tells it), then Invoke-MigrationStep -Step {progress.Phase}",
            { Phase: "PreReinstall" } => "reinstall it, then Invoke-MigrationStep -Step PostReinstall",
            { Phase: "PostReinstall" } => "adopt it: Invoke-MigrationStep -Step Adoption",
            _ => "test it, then Invoke-MigrationStep -Step Finish",
        };
        // Who was refused a phase that is not next has nothing to mend.
        return current is not { IsRefused: true } ? next
            : current.Target.Phase is { } phase && MigrationPhases.PlaceOf(phase) > PlaceAfter(progress) ? $"{next} (refused: {WhatFailed(current)})"
            : $"mend what it was refused for ({WhatFailed(current)}), then {next}";
    }

    // Where in the migration it goes on: behind what is done, or at what was begun.
    private static int PlaceAfter(Progress progress) => progress.Phase is "None" or Unsure
        ? MigrationPhases.PlaceOf("PreDrain")
        : MigrationPhases.PlaceOf(progress.Phase) + (progress.State == PhaseState.Done ? 1 : 0);

    // "PreDrain host.os: runs centos 8": the whole of it is what the run waits for.
    private static string WhatFailed(KnownRun failed)
    {
        var (phase, step, message) = (failed.Target.Phase, failed.Target.Step, failed.Target.Message ?? "");
        var where = $"{phase} {step}".Trim();
        if (where.Length > 0 && message.IndexOf($"{phase}.{step}: ", StringComparison.Ordinal) is >= 0 and var at)
            message = message[(at + where.Length + 2)..];
        return string.Join(": ", new[] { where, Brief.Of(message, ToldOfFailure) }.Where(part => part.Length > 0));
    }

    private enum PhaseState
    {
        Begun,
        Done,
        Failed,
    }

    private sealed record Progress(string Phase, PhaseState State);
}
