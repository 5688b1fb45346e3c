using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Writes a file on a host, where it is not as wanted already. The old one is kept on the host under its digest, from where undo puts it back.</summary>
internal sealed class HostFileChange : Change<HostFileParameters, HostFileState>
{
    /// <summary>Old files by their digests; root's alone.</summary>
    private const string Store = "/var/lib/platformops/files";

    private const int MostBytes = 16 * 1024 * 1024;

    public override string Name => "host.file";

    public override string Summary => "file";

    public override bool IsOfSystem => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    public override bool CanUndo => true;

    protected override async Task<HostFileState> ObserveAsync(ActionContext context, HostFileParameters parameters, CancellationToken cancellationToken)
        => await RemoteFile.LookAsync(context.Client<RemoteShell>().On(context), parameters.Path, cancellationToken) is { } file ? new HostFileState(file.Digest, file.Ownership) : new HostFileState(null, null);

    protected override bool IsDesired(ActionContext context, HostFileParameters parameters, HostFileState state)
        => state.Digest == RemoteFile.DigestOf(parameters.Content) && state.Ownership == parameters.Ownership;

    protected override async Task ApplyAsync(ActionContext context, HostFileParameters parameters, HostFileState before, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        if (before.Digest is { } digest)
        {
            await host.ChangeAsync(["install", "-d", "-m", "0700", "-o", "root", "-g", "root", "--", Store], cancellationToken);
            await host.ChangeAsync(["cp", "-p", "-T", "--", parameters.Path, $"{Store}/{digest}"], cancellationToken);
        }

        await RemoteFile.ReplaceAsync(host, parameters.Path, parameters.Content, parameters.Ownership, cancellationToken);
    }

    protected override string Describe(HostFileState state)
        => state.Digest is null ? "absent" : $"sha256 {state.Digest}, {state.Ownership!.Owner}:{state.Ownership.Group} {state.Ownership.Mode}";

    protected override string DescribeDesired(ActionContext context, HostFileParameters parameters, HostFileState before)
        => $"{parameters.Path}: {Describe(new HostFileState(RemoteFile.DigestOf(parameters.Content), parameters.Ownership))}";

    protected override async Task UndoAsync(ActionContext context, HostFileParameters parameters, HostFileState before, CancellationToken cancellationToken)
    {
        var host = context.Client<RemoteShell>().On(context);
        if (before.Digest is null)
        {
            await host.ChangeAsync(["rm", "-f", "--", parameters.Path], cancellationToken);
            return;
        }

        var kept = await host.GetAsync($"{Store}/{before.Digest}", MostBytes, cancellationToken)
            ?? throw new RemoteHostException(host.Name, $"The file that was at {parameters.Path} is not kept on {host.Name} any more ({Store}/{before.Digest}), so it cannot be put back.");
        await RemoteFile.ReplaceAsync(host, parameters.Path, kept, before.Ownership!, cancellationToken);
    }
}
