using System.Security.Cryptography;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>Adds to a hypervisor's dossier what a later phase needs and a service tells now.</summary>
internal abstract class DossierEntry : Change<NoParameters, DossierEntry.State>
{
    public override Impact Impact => Impact.Low;

    /// <summary>What the service tells.</summary>
    protected abstract Task<string> ReadAsync(ActionContext context, CancellationToken cancellationToken);

    protected abstract string? In(HypervisorDossier dossier);

    protected abstract HypervisorDossier With(HypervisorDossier dossier, string value);

    /// <summary>The value in a few words.</summary>
    protected virtual string Short(string value) => value;

    protected sealed override async Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => State.Of(In(await context.Client<DossierFinder>().RequireAsync(context, cancellationToken)), await ReadAsync(context, cancellationToken), Short);

    protected sealed override bool IsDesired(ActionContext context, NoParameters parameters, State state) => state.Recorded == state.Told;

    protected sealed override async Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
    {
        var dossier = await context.Client<DossierFinder>().RequireAsync(context, cancellationToken);
        context.Client<DossierStore>().Write(With(dossier, await ReadAsync(context, cancellationToken)) with { RunId = context.Run.RunId, UpdatedAt = context.Time.GetUtcNow() });
    }

    // What it was when it was recorded stays recorded, whatever becomes of it there.
    protected sealed override bool StillHolds(ActionContext context, NoParameters parameters, State? after, State now) => now.Recorded is not null;

    protected sealed override string Describe(State state) => state.Text ?? "not recorded";

    protected sealed override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => before.ToldText;

    /// <param name="Recorded">Digest of what the dossier has; null where it has nothing.</param>
    /// <param name="Told">Digest of what the service tells.</param>
    /// <param name="Text">What the dossier has, in a few words.</param>
    /// <param name="ToldText">What the service tells, in a few words.</param>
    internal sealed record State(string? Recorded, string Told, string? Text, string ToldText)
    {
        public static State Of(string? recorded, string told, Func<string, string> shorten)
            => new(recorded is null ? null : Digest(recorded), Digest(told), recorded is null ? null : shorten(recorded), shorten(told));

        private static string Digest(string value) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, 8));
    }
}
