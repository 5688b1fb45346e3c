using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="Path">The file on this machine.</param>
/// <param name="Name">What it is called at the ticket; by default its own name. A file of that name is not attached again.</param>
internal sealed record AttachToTicketParameters(string Path, string? Name = null);

/// <summary>Attaches a file to the target's ticket, once.</summary>
internal sealed class AttachToTicket : Change<AttachToTicketParameters, TicketAttachmentState>
{
    private const long MaxSize = 64 * 1024 * 1024;

    public override string Name => "ticket.attach";

    public override string Summary => "attachment of the ticket";

    public override Impact Impact => Impact.Low;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["jira"];

    protected override async Task<TicketAttachmentState> ObserveAsync(ActionContext context, AttachToTicketParameters parameters, CancellationToken cancellationToken)
    {
        var key = await TicketSubject.RequireAsync(context, cancellationToken);
        var name = NameOf(parameters);
        var attachments = await context.Client<JiraClient>().AttachmentsAsync(key, cancellationToken);
        return new TicketAttachmentState(key, name, attachments.Any(attachment => attachment.Filename == name));
    }

    protected override bool IsDesired(ActionContext context, AttachToTicketParameters parameters, TicketAttachmentState state) => state.IsAttached;

    protected override async Task ApplyAsync(ActionContext context, AttachToTicketParameters parameters, TicketAttachmentState before, CancellationToken cancellationToken)
    {
        var file = new FileInfo(parameters.Path);
        if (!file.Exists || file.Length > MaxSize)
            throw new RefusedException(file.Exists
                ? $"'{parameters.Path}' is too long to attach to {before.TicketId}: {file.Length / 1024 / 1024} MiB, at most {MaxSize / 1024 / 1024}."
                : $"'{parameters.Path}' cannot be attached to {before.TicketId}: there is no such file.") { TargetName = context.Target.Name };
        await context.Client<JiraClient>().AttachAsync(before.TicketId, before.Name, await File.ReadAllBytesAsync(parameters.Path, cancellationToken), cancellationToken);
    }

    protected override string Describe(TicketAttachmentState state) => state.IsAttached ? state.Name : "none";

    protected override string DescribeDesired(ActionContext context, AttachToTicketParameters parameters, TicketAttachmentState before) => before.Name;

    private static string NameOf(AttachToTicketParameters parameters)
        => new([.. Path.GetFileName(parameters.Name ?? parameters.Path).Select(c => char.IsControl(c) || "\"\\/:*?<>|".Contains(c, StringComparison.Ordinal) ? '_' : c)]);
}

internal sealed record TicketAttachmentState(string TicketId, string Name, bool IsAttached);
