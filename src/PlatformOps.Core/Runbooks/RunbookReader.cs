using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Yaml;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>YAML → runbook, strictly: an unknown action, an unknown, missing or wrong parameter, an unknown variable is an error with its place, before anything runs.</summary>
internal sealed class RunbookReader(ActionCatalog catalog, IEnumerable<string> settings)
{

    private static readonly string[] Kinds = ["check", "change", "report", "wait"];

    /// <summary>What a runbook may say, a step of it, and a parameter.</summary>
    public static readonly IReadOnlyList<string> RunbookKeys = ["runbook", "description", "target", "optional-services", "parameters", "steps", "on-failure"];

    /// <inheritdoc cref="RunbookKeys"/>
    public static readonly IReadOnlyList<string> StepKeys = [.. Kinds, "with", "when", "name", "once", "optional", "guard"];

    /// <inheritdoc cref="RunbookKeys"/>
    public static readonly IReadOnlyList<string> ParameterKeys = ["type", "default", "description"];

    public Runbook Read(string text, string origin)
    {
        var source = YamlSource.Runbook(origin);
        var root = YamlReader.ReadMapping(text, source);
        RefuseUnknown(root, RunbookKeys, "a runbook");

        var parameters = ReadParameters(root);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var known = new HashSet<string>(Variables.Fixed, StringComparer.Ordinal);
        known.UnionWith(parameters.Select(parameter => "parameter." + parameter.Name));
        known.UnionWith(settings.Select(name => "setting." + name));
        known.UnionWith(catalog.FactNames.Select(name => "fact." + name));

        var optional = ReadOptionalServices(root);
        var steps = ReadSteps(root, "steps", names, known, optional, isOnFailure: false);
        if (steps.Count == 0)
            throw root.Error("steps: a runbook has at least one.");
        var onFailure = ReadSteps(root, "on-failure", names, known, optional, isOnFailure: true);
        RefuseUnneeded(optional, [.. steps, .. onFailure]);
        return new Runbook
        {
            Name = Text(root, "runbook") ?? throw root.Error("runbook: the name is missing, such as 'runbook: hypervisor/pre-drain'."),
            Description = Text(root, "description") ?? "",
            TargetKind = Text(root, "target") ?? throw root.Error("target: what the runbook works on is missing, such as 'target: hypervisor'."),
            Parameters = parameters,
            Steps = steps,
            OnFailure = onFailure,
            OptionalServices = [.. optional.Select(service => service.Text)],
            Origin = origin,
            Source = text,
        };
    }

    private List<RunbookStep> ReadSteps(YamlMapping root, string key, HashSet<string> names, HashSet<string> known, IReadOnlyList<YamlScalar> optional, bool isOnFailure)
    {
        var steps = new List<RunbookStep>();
        foreach (var item in Items(root, key))
        {
            if (item is not YamlMapping step)
                throw item.Error($"{key}: each step is a mapping such as '- check: host.os', not {item.KindName}.");
            steps.Add(ReadStep(step, steps.Count + 1, names, known, optional, isOnFailure));
        }

        return steps;
    }

    private RunbookStep ReadStep(YamlMapping step, int number, HashSet<string> names, HashSet<string> known, IReadOnlyList<YamlScalar> optional, bool isOnFailure)
    {
        RefuseUnknown(step, StepKeys, "a step");
        var kinds = Kinds.Where(kind => step.Find(kind) is not null).ToList();
        if (kinds is not [var kindKey])
            throw step.Error($"A step has exactly one of {string.Join(", ", Kinds)}.");

        var actionNode = step.Find(kindKey) as YamlScalar ?? throw step.Error($"{kindKey}: is the name of an action.");
        var kind = Enum.Parse<StepKind>(kindKey, ignoreCase: true);
        var action = catalog.Find(actionNode.Text)
            ?? throw actionNode.Error($"There is no action '{actionNode.Text}'.{Suggest(actionNode.Text, catalog.Actions.Where(a => a.Kind == kind).Select(a => a.Name))}");
        if (action.Kind != kind)
            throw actionNode.Error($"{action.Name} is a {action.Kind.ToString().ToLowerInvariant()}: write '{action.Kind.ToString().ToLowerInvariant()}: {action.Name}'.");
        if (isOnFailure && action.Scope == ActionScope.Batch)
            throw actionNode.Error($"{action.Name} runs once for a batch and cannot stand in on-failure.");

        var used = new HashSet<string>(StringComparer.Ordinal);
        var with = ReadWith(step, action, known, used);
        if (action.Scope == ActionScope.Batch)
            _ = with.Map(scalar => RefuseOfTarget(scalar, action));
        var when = step.Find("when") is YamlScalar condition ? Condition.Parse(RefuseUnknownVariables(condition, known, used)) : null;
        var once = Flag(step, "once");
        if (once && kind != StepKind.Check)
            throw step.Error("once: is for checks: true only until the phase itself changes what they look at.");
        var guards = ReadGuards(step, known, used);
        if (guards.Count > 0 && kind != StepKind.Change)
            throw step.Error("guard: is for changes: checks that are made again immediately before the effect.");
        return new RunbookStep
        {
            Guards = guards,
            Name = NameOf(step, action, names, isOnFailure),
            Number = number,
            Action = action,
            With = with,
            When = when,
            Once = once,
            IsOptional = Flag(step, "optional"),
            IsOnFailure = isOnFailure,
            OptionalNeeds = [.. action.Needs.Where(need => optional.Any(service => service.Text == need))],
            FactNames = [.. used.Where(name => name.StartsWith("fact.", StringComparison.Ordinal)).Select(name => name["fact.".Length..])],
        };
    }

    private static List<YamlScalar> ReadOptionalServices(YamlMapping root)
        => [.. Items(root, "optional-services").Select(item => item as YamlScalar ?? throw item.Error($"optional-services: each is the name of a service, not {item.KindName}."))];

    // One that no step needs is a slip of the pen, and the steps that it was meant for would fail at the site.
    private static void RefuseUnneeded(IEnumerable<YamlScalar> optional, IReadOnlyList<RunbookStep> steps)
    {
        var needed = steps.SelectMany(step => step.Action.Needs).ToHashSet(StringComparer.Ordinal);
        if (optional.FirstOrDefault(service => !needed.Contains(service.Text)) is { } other)
            throw other.Error($"optional-services: no step needs '{other.Text}'.{Suggest(other.Text, needed)}");
    }

    private static YamlMapping ReadWith(YamlMapping step, OpsAction action, HashSet<string> known, HashSet<string> used)
    {
        var with = step.Find("with") switch
        {
            null => new YamlMapping(step.Source, step.Line, step.Column, []),
            YamlMapping mapping => mapping,
            var other => throw other.Error($"with: is a mapping, not {other.KindName}."),
        };
        YamlBinder.Validate(with, action.ParametersType, allowPlaceholders: true);
        _ = with.Map(scalar => RefuseUnknownVariables(scalar, known, used));
        return with;
    }

    private static YamlScalar RefuseOfTarget(YamlScalar scalar, OpsAction action)
    {
        if (Variables.NamesIn(scalar.Text).FirstOrDefault(Variables.IsOfTarget) is { } name)
            throw scalar.Error($"{action.Name} runs once for a batch, and each of its targets has a ${{{name}}} of its own: give it a value, a parameter (${{parameter.…}}) or a setting. Which targets it is for is chosen by 'when:'.");
        return scalar;
    }

    // Each the name of a check, or a mapping of it with its parameters.
    private List<RunbookStep> ReadGuards(YamlMapping step, HashSet<string> known, HashSet<string> used)
    {
        var guards = new List<RunbookStep>();
        foreach (var item in Items(step, "guard"))
        {
            if (item is YamlMapping mapping)
                RefuseUnknown(mapping, ["check", "with"], "a guard");
            var name = (item as YamlMapping)?.Find("check") as YamlScalar ?? item as YamlScalar ?? throw item.Error("guard: each is the name of a check, or a mapping such as '{ check: host.os, with: { … } }'.");
            var check = catalog.Find(name.Text) as Check
                ?? throw name.Error($"There is no check '{name.Text}'.{Suggest(name.Text, catalog.Actions.OfType<Check>().Select(one => one.Name))}");
            guards.Add(new RunbookStep
            {
                Name = check.Name,
                Number = guards.Count + 1,
                Action = check,
                With = ReadWith(item as YamlMapping ?? new YamlMapping(item.Source, item.Line, item.Column, []), check, known, used),
            });
        }

        return guards;
    }

    private static string NameOf(YamlMapping step, OpsAction action, HashSet<string> names, bool isOnFailure)
    {
        if (Text(step, "name") is { } given)
            return names.Add(Whole(given)) ? Whole(given) : throw step.Find("name")!.Error($"name: '{given}' is the name of an earlier step.");
        var name = Whole(action.Name);
        for (var n = 2; !names.Add(name); n++)
            name = Whole($"{action.Name}.{n}");
        return name;

        string Whole(string plain) => isOnFailure ? StepKey.OfFailure(plain) : plain;
    }

    private static List<RunbookParameter> ReadParameters(YamlMapping root)
    {
        var parameters = new List<RunbookParameter>();
        switch (root.Find("parameters"))
        {
            case null:
                break;
            case YamlMapping mapping:
                foreach (var entry in mapping.Entries)
                {
                    var body = entry.Value as YamlMapping ?? throw entry.Value.Error($"parameters: {entry.Name} is a mapping with type, default or description.");
                    RefuseUnknown(body, ParameterKeys, "a parameter");
                    var parameter = new RunbookParameter
                    {
                        Name = entry.Name,
                        Type = Text(body, "type") is { } type
                            ? Enum.TryParse<ParameterKind>(type, ignoreCase: true, out var kind) ? kind : throw body.Find("type")!.Error($"type: is string, bool or int, not '{type}'.")
                            : ParameterKind.String,
                        Default = Text(body, "default"),
                        Description = Text(body, "description") ?? "",
                    };
                    if (parameter.Default is { } value && parameter.Reject(value) is { } wanted)
                        throw body.Find("default")!.Error($"default: '{value}' is not {wanted}.");
                    parameters.Add(parameter);
                }

                break;
            case var other:
                throw other.Error($"parameters: is a mapping, not {other.KindName}.");
        }

        return parameters;
    }

    private static YamlScalar RefuseUnknownVariables(YamlScalar scalar, HashSet<string> known, HashSet<string> used)
    {
        foreach (var name in Variables.NamesIn(scalar.Text))
        {
            if (!known.Contains(name))
                throw scalar.Error($"There is no ${{{name}}}.{Suggest(name, known)}");
            used.Add(name);
        }

        return scalar;
    }

    private static void RefuseUnknown(YamlMapping mapping, IReadOnlyList<string> keys, string what)
    {
        foreach (var entry in mapping.Entries)
        {
            if (!keys.Contains(entry.Name, StringComparer.Ordinal))
                throw entry.Key.Error($"{what} has no '{entry.Name}'.{Suggest(entry.Name, keys)}");
        }
    }

    private static string Suggest(string given, IEnumerable<string> known) => YamlKey.Nearest(given, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    private static IReadOnlyList<YamlNode> Items(YamlMapping root, string key) => root.Find(key) switch
    {
        null => [],
        YamlSequence sequence => sequence.Items,
        var other => throw other.Error($"{key}: is a list, not {other.KindName}."),
    };

    private static bool Flag(YamlMapping mapping, string key) => Text(mapping, key) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw mapping.Find(key)!.Error($"{key}: is true or false, not '{other}'."),
    };

    private static string? Text(YamlMapping mapping, string key) => mapping.Find(key) switch
    {
        null => null,
        YamlScalar scalar => scalar.Text,
        var other => throw other.Error($"{key}: is a single value, not {other.KindName}."),
    };
}
