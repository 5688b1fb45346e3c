using PlatformOps.Errors;

namespace PlatformOps.TestKit.Changes;

/// <summary>The external thing of the engine's tests: a light that counts who looks at it and who switches it.</summary>
internal sealed class Light
{
    public bool IsOn { get; set; }

    public string Colour { get; set; } = "white";

    /// <summary>Switching it is accepted and does nothing.</summary>
    public bool IsBroken { get; set; }

    public int Observed { get; private set; }

    public int Applied { get; private set; }

    /// <summary>So many of the next observations fail.</summary>
    public int FailObservations { get; set; }

    public Action? OnObserve { get; set; }

    /// <summary>Before the effect, with the intent written.</summary>
    public Action? OnApply { get; set; }

    /// <summary>After the effect, before anybody knows.</summary>
    public Action? OnApplied { get; set; }

    /// <summary>While the effect is on its way: it has not happened yet.</summary>
    public Func<CancellationToken, Task>? Sending { get; set; }

    /// <summary>While the answer is on its way: it has happened.</summary>
    public Func<CancellationToken, Task>? Answering { get; set; }

    public (bool IsOn, string Colour) Observe()
    {
        Observed++;
        OnObserve?.Invoke();
        if (FailObservations > 0)
        {
            FailObservations--;
            throw new ServiceException("light", "light: GET /light answered 503", 503);
        }

        return (IsOn, Colour);
    }

    public void Switch(bool isOn)
    {
        OnApply?.Invoke();
        Applied++;
        if (!IsBroken)
            IsOn = isOn;
        OnApplied?.Invoke();
    }

    public async Task SwitchAsync(bool isOn, CancellationToken cancellationToken)
    {
        if (Sending is { } sending)
            await sending(cancellationToken);
        Switch(isOn);
        if (Answering is { } answering)
            await answering(cancellationToken);
    }
}
