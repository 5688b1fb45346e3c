using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>Stops every effect of everybody who shares the ledger, until it is taken back.</summary>
internal sealed class KillSwitch(ILedgerStore store, TimeProvider time)
{
    private const string Name = "kill-switch.json";

    public KillSwitchState? Read()
    {
        if (store.ReadText(Name) is not { } content)
            return null;
        try
        {
            return JsonSerializer.Deserialize<KillSwitchState>(content) ?? Unreadable();
        }
        catch (JsonException)
        {
            // What cannot be read still says stop.
            return Unreadable();
        }

        static KillSwitchState Unreadable() => new("unknown", "what was written of it cannot be read", default);
    }

    public void Set(string person, string reason) => store.ReplaceText(Name, JsonSerializer.SerializeToUtf8Bytes(new KillSwitchState(person, reason, time.GetUtcNow())));

    public void Clear() => store.RemoveText(Name);

    /// <exception cref="RefusedException">It is set.</exception>
    public void ThrowIfSet()
    {
        if (Read() is { } state)
            throw new RefusedException($"The kill switch is set by {state.Person} since {state.Since:yyyy-MM-ddTHH:mm:ssZ}: {state.Reason}. Nothing is changed until Disable-OpsKillSwitch.");
    }
}

/// <summary>Who set the kill switch, why and when (UTC).</summary>
internal sealed record KillSwitchState(string Person, string Reason, DateTimeOffset Since);
