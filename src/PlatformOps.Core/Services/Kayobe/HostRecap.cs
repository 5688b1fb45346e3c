namespace PlatformOps.Core.Services.Kayobe;

/// <summary>One host's line of PLAY RECAP, added up over the plays of a command: how many tasks ended in which way.</summary>
internal sealed record HostRecap(int Ok, int Changed, int Unreachable, int Failed, int Skipped, int Rescued, int Ignored)
{
    public static HostRecap operator +(HostRecap a, HostRecap b) => new(a.Ok + b.Ok, a.Changed + b.Changed, a.Unreachable + b.Unreachable, a.Failed + b.Failed, a.Skipped + b.Skipped, a.Rescued + b.Rescued, a.Ignored + b.Ignored);

    public override string ToString() => $"ok={Ok} changed={Changed} unreachable={Unreachable} failed={Failed} skipped={Skipped} rescued={Rescued} ignored={Ignored}";
}
