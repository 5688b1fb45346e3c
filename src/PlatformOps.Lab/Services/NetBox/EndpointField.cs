namespace PlatformOps.Lab.Services.NetBox;

/// <summary>A field of a resource as <c>OPTIONS</c> describes it.</summary>
/// <param name="Name">The field.</param>
/// <param name="Type">Django REST framework's word for it: <c>string</c>, <c>slug</c>, <c>integer</c>, <c>nested object</c>; <c>field</c> for what it has no word for.</param>
internal sealed record EndpointField(string Name, string Type)
{
    public bool IsRequired { get; init; }

    public bool IsReadOnly { get; init; }

    public string? Label { get; init; }

    public int? MaxLength { get; init; }

    public int? Min { get; init; }

    public int? Max { get; init; }

    /// <summary>Values with what they are called.</summary>
    public (string Value, string Name)[] Choices { get; init; } = [];

    /// <summary>The fields of a nested object.</summary>
    public EndpointField[] Children { get; init; } = [];

    /// <summary>What a list is of.</summary>
    public EndpointField? Item { get; init; }

    public static JsonObject Describe(IEnumerable<EndpointField> fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.Describe())));

    private JsonObject Describe()
    {
        var row = new JsonObject { ["type"] = Type, ["required"] = IsRequired, ["read_only"] = IsReadOnly };
        if (Name.Length > 0)
            row["label"] = Label ?? string.Concat(char.ToUpperInvariant(Name[0]), Name.Replace('_', ' ')[1..]);
        if (MaxLength is not null)
            row["max_length"] = MaxLength;
        if (Min is not null)
            row["min_value"] = Min;
        if (Max is not null)
            row["max_value"] = Max;
        if (Item is not null)
            row["child"] = Item.Describe();
        if (Children.Length > 0)
            row["children"] = Describe(Children);
        if (Choices.Length > 0)
            row["choices"] = new JsonArray([.. Choices.Select(choice => (JsonNode)new JsonObject { ["value"] = choice.Value, ["display_name"] = choice.Name })]);
        return row;
    }
}
