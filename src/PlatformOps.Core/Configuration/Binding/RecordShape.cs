using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Configuration.Binding;

/// <summary>What a record asks of YAML: its keys, their types and rules. Worked out once a type.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Cache = new();

    private readonly Dictionary<string, Member> _byKey = new(StringComparer.Ordinal);
    private readonly ConstructorInfo? _constructor;

    private RecordShape(Type type)
    {
        Type = type;
        var constructors = type.GetConstructors();
        _constructor = Array.Find(constructors, c => c.GetParameters().Length == 0)
            ?? (constructors.Length == 1 ? constructors[0] : throw new InvalidOperationException($"{type} needs one public constructor to be read from YAML."));
        var parameters = _constructor.GetParameters();
        Parameters = parameters;
        var nullability = new NullabilityInfoContext();
        var members = new List<Member>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            // What a record computes, and its EqualityContract, are not for YAML.
            if (property.SetMethod is null || property.GetIndexParameters().Length > 0)
                continue;
            var parameter = Array.Find(parameters, p => p.Name == property.Name && p.ParameterType == property.PropertyType);
            var key = property.GetCustomAttribute<YamlNameAttribute>();
            var member = new Member
            {
                Property = property,
                Parameter = parameter,
                Key = key?.Name ?? YamlKey.Of(property.Name),
                IsRequired = property.IsDefined(typeof(RequiredMemberAttribute)) || parameter is { HasDefaultValue: false },
                AllowsNull = Nullable.GetUnderlyingType(property.PropertyType) is not null
                    || (!property.PropertyType.IsValueType && nullability.Create(property).WriteState != NullabilityState.NotNull),
                IsLocalPath = property.IsDefined(typeof(LocalPathAttribute)),
                Schemes = property.GetCustomAttribute<UriSchemesAttribute>()?.Schemes,
                Rules = [.. property.GetCustomAttributes<ValidationAttribute>()],
            };
            members.Add(member);
            foreach (var name in (IEnumerable<string>)[member.Key, .. key?.Also ?? []])
            {
                if (!_byKey.TryAdd(YamlKey.Normal(name), member))
                    throw new InvalidOperationException($"{type} has two properties for the key {name}.");
            }
        }

        Members = members;
    }

    public Type Type { get; }

    public IReadOnlyList<Member> Members { get; }

    public IReadOnlyList<ParameterInfo> Parameters { get; }

    public static RecordShape Of(Type type) => Cache.GetOrAdd(type, static t => new RecordShape(t));

    public Member? Find(string key) => _byKey.GetValueOrDefault(YamlKey.Normal(key));

    /// <summary>Makes the record; what is not given keeps the record's default.</summary>
    public object Create(IReadOnlyDictionary<Member, object?> values)
    {
        var arguments = Parameters
            .Select(p => Members.FirstOrDefault(m => m.Parameter == p) is { } member && values.TryGetValue(member, out var value) ? value : p.DefaultValue is DBNull ? null : p.DefaultValue)
            .ToArray();
        var made = _constructor!.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
        foreach (var (member, value) in values)
        {
            if (member.Parameter is null)
                member.Property.SetValue(made, value, BindingFlags.DoNotWrapExceptions, null, null, null);
        }

        return made;
    }

    /// <summary>One property.</summary>
    internal sealed class Member
    {
        public required PropertyInfo Property { get; init; }

        public required ParameterInfo? Parameter { get; init; }

        public required string Key { get; init; }

        public required bool IsRequired { get; init; }

        public required bool AllowsNull { get; init; }

        public required bool IsLocalPath { get; init; }

        public required IReadOnlyList<string>? Schemes { get; init; }

        public required IReadOnlyList<ValidationAttribute> Rules { get; init; }
    }
}
