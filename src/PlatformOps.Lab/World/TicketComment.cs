namespace PlatformOps.Lab.World;

internal sealed class TicketComment
{
    public required int Id { get; init; }

    public required TicketUser Author { get; init; }

    public required TicketText Body { get; set; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; set; }

    public JsonNode? Visibility { get; set; }

    public SortedDictionary<string, JsonNode?> Properties { get; private init; } = new(StringComparer.Ordinal);

    public TicketComment Copy() => new()
    {
        Id = Id, Author = Author, Body = Body, Created = Created, Updated = Updated, Visibility = Visibility, Properties = new(Properties, StringComparer.Ordinal),
    };
}
