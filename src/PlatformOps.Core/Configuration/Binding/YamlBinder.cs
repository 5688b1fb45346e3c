using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Configuration.Binding;

/// <summary>Makes records of YAML trees, strictly: every key known, every required one there, every value of its type and within its rules.</summary>
/// <remarks>
/// Keys are the properties' names in kebab case; <c>_</c> and <c>-</c> are equal and case does not matter. What is absent keeps the
/// record's default. Rules are the attributes of <see cref="System.ComponentModel.DataAnnotations"/>. Errors name the place.
/// </remarks>
internal sealed class YamlBinder
{
    private const int ShownKeys = 40;

    private readonly YamlBinding _binding;

    private YamlBinder(YamlBinding binding) => _binding = binding;

    /// <exception cref="SourceException">The tree is not what the record asks for; the kind is the source's.</exception>
    public static T Bind<T>(YamlMapping mapping, YamlBinding? binding = null)
        where T : notnull
        => (T)Bind(mapping, typeof(T), binding);

    /// <inheritdoc cref="Bind{T}"/>
    public static object Bind(YamlMapping mapping, Type type, YamlBinding? binding = null)
    {
        binding ??= new YamlBinding();
        return new YamlBinder(binding).ToRecord(mapping, type, binding.Path, isTop: true)!;
    }

    /// <summary>Checks keys, required ones and the types of literal values, and makes nothing.</summary>
    /// <param name="allowPlaceholders">A scalar with <c>${</c> in it stands for a value to come, and is not looked into.</param>
    /// <exception cref="SourceException">The tree is not what the record asks for; the kind is the source's.</exception>
    public static void Validate(YamlMapping mapping, Type type, bool allowPlaceholders, YamlBinding? binding = null)
    {
        binding = (binding ?? new YamlBinding()).With(allowPlaceholders, checkOnly: true);
        new YamlBinder(binding).ToRecord(mapping, type, binding.Path, isTop: true);
    }

    /// <summary>Whether the scalar's text is completed by <c>${…}</c> later.</summary>
    public static bool IsPlaceholder(YamlScalar scalar) => scalar.Text.Contains("${", StringComparison.Ordinal);

    private static string Join(string path, string key) => path.Length == 0 ? key : path + "." + key;

    private static string Show(string text)
    {
        text = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > 80 ? text[..80] + "…" : text;
    }

    private object? ToRecord(YamlMapping mapping, Type type, string path, bool isTop)
    {
        var shape = RecordShape.Of(type);
        var values = new Dictionary<RecordShape.Member, object?>();
        var seen = new Dictionary<RecordShape.Member, YamlScalar>();
        foreach (var (key, node) in mapping.Entries)
        {
            var member = shape.Find(key.Text) ?? throw Unknown(key, shape, path, isTop);
            if (!seen.TryAdd(member, key))
            {
                var first = seen[member];
                throw key.Error($"'{Join(path, Show(key.Text))}' is here twice: it is the same key as '{Show(first.Text)}' in line {first.Line}.");
            }

            var where = Join(path, member.Key);
            if (node is YamlScalar { IsNull: true })
            {
                if (member.AllowsNull)
                    values[member] = null;
                else if (IsRecord(member.Property.PropertyType))
                    values[member] = ToRecord(new YamlMapping(node.Source, node.Line, node.Column, []), member.Property.PropertyType, where, isTop: false);
                else if (member.IsRequired || IsLeaf(member.Property.PropertyType))
                    throw node.Error($"{where} has no value.");
                continue;
            }

            var value = Convert(node, member.Property.PropertyType, where, member);
            if (value is not null || !_binding.CheckOnly)
                CheckRules(node, value, where, member);
            values[member] = value;
        }

        foreach (var member in shape.Members)
        {
            if (member.IsRequired && !seen.ContainsKey(member))
                throw mapping.Error($"{Join(path, member.Key)} is missing.");
        }

        if (_binding.CheckOnly)
            return null;
        var made = shape.Create(values);
        if (made is ICheckedRecord checkedRecord && checkedRecord.Problems().FirstOrDefault() is { } problem)
            throw mapping.Error(path.Length == 0 ? problem : $"{path}: {problem}");
        return made;
    }

    private SourceException Unknown(YamlScalar key, RecordShape shape, string path, bool isTop)
    {
        var known = shape.Members.Select(m => m.Key).Concat(isTop ? _binding.AlsoKnown : []).ToList();
        var name = Show(key.Text);
        var message = $"The key '{Join(path, name)}' is not known.";
        if (YamlKey.Nearest(key.Text, known) is { } nearest)
            message += $" Did you mean '{nearest}'?";
        if (known.Count == 0)
            message += " No keys are known here.";
        else
            message += " Known here: " + string.Join(", ", known.Take(ShownKeys)) + (known.Count > ShownKeys ? ", …" : ".");
        return key.Error(message);
    }

    private static void CheckRules(YamlNode node, object? value, string where, RecordShape.Member member)
    {
        foreach (var rule in member.Rules)
        {
            var problem = rule switch
            {
                // A list of texts: the rule is for each of them.
                RegularExpressionAttribute pattern when value is IEnumerable<string> texts
                    => texts.FirstOrDefault(t => !pattern.IsValid(t)) is { } text ? $"'{Show(text)}' does not match {pattern.Pattern}" : null,
                _ when value is null || rule.IsValid(value) => null,
                RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"it must be from {range.Minimum} to {range.Maximum}, not {value}"),
                RegularExpressionAttribute pattern => $"'{Show(value.ToString()!)}' does not match {pattern.Pattern}",
                MinLengthAttribute least => value is string
                    ? string.Create(CultureInfo.InvariantCulture, $"it must have at least {least.Length} characters")
                    : string.Create(CultureInfo.InvariantCulture, $"it must have at least {least.Length} entries"),
                _ => rule.FormatErrorMessage(member.Key),
            };
            if (problem is not null)
                throw node.Error($"{where}: {(rule.ErrorMessage is null ? problem : rule.FormatErrorMessage(member.Key))}.");
        }
    }

    /// <returns>The value; null where only checking, for what is not looked into.</returns>
    private object? Convert(YamlNode node, Type type, string where, RecordShape.Member member)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (_binding is { CheckOnly: true, AllowPlaceholders: true } && node is YamlScalar placeholder && IsPlaceholder(placeholder))
            return null;
        if (typeof(YamlNode).IsAssignableFrom(type))
            return type.IsInstanceOfType(node) ? node : throw node.Error($"{where} must be {(type == typeof(YamlMapping) ? "a mapping" : type == typeof(YamlSequence) ? "a list" : "a single value")}, not {node.KindName}.");
        if (type == typeof(Secret))
            return ToSecret(node, where);
        if (IsLeaf(type))
            return ToLeaf(node as YamlScalar ?? throw node.Error($"{where} must be {Expected(type)}, not {node.KindName}."), type, where, member);
        if (DictionaryValue(type) is { } valueType)
            return ToDictionary(node, type, valueType, where, member);
        if (ElementOf(type) is { } elementType)
            return ToList(node, type, elementType, where, member);
        return ToRecord(node as YamlMapping ?? throw node.Error($"{where} must be a mapping of keys with values, not {node.KindName}."), type, where, isTop: false);
    }

    private object? ToList(YamlNode node, Type type, Type elementType, string where, RecordShape.Member member)
    {
        IReadOnlyList<YamlNode> items = node switch
        {
            YamlSequence sequence => sequence.Items,
            YamlScalar when IsLeaf(elementType) || elementType == typeof(Secret) => [node],
            _ => throw node.Error($"{where} must be a list, not {node.KindName}."),
        };
        var array = Array.CreateInstance(elementType, items.Count);
        var complete = true;
        for (var i = 0; i < items.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{where}[{i}]");
            if (items[i] is YamlScalar { IsNull: true })
                throw items[i].Error($"{at} has no value.");
            var value = Convert(items[i], elementType, at, member);
            if (value is null)
                complete = false;
            else
                array.SetValue(value, i);
        }

        // With placeholders among them there is nothing yet to hold against the rules.
        if (_binding.CheckOnly && !complete)
            return null;
        if (type.IsInstanceOfType(array))
            return array;
        var concrete = type.IsInterface ? typeof(HashSet<>).MakeGenericType(elementType) : type;
        return Activator.CreateInstance(concrete, array);
    }

    private object? ToDictionary(YamlNode node, Type type, Type valueType, string where, RecordShape.Member member)
    {
        var mapping = node as YamlMapping ?? throw node.Error($"{where} must be a mapping of keys with values, not {node.KindName}.");
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType))!;
        var complete = true;
        foreach (var (key, item) in mapping.Entries)
        {
            var at = Join(where, Show(key.Text));
            object? value = null;
            if (item is not YamlScalar { IsNull: true })
                value = Convert(item, valueType, at, member);
            else if (valueType.IsValueType && Nullable.GetUnderlyingType(valueType) is null)
                throw item.Error($"{at} has no value.");
            if (value is null)
                complete = false;
            dictionary.Add(key.Text, value ?? (valueType.IsValueType && Nullable.GetUnderlyingType(valueType) is null ? Activator.CreateInstance(valueType) : null));
        }

        if (_binding.CheckOnly && !complete)
            return null;
        return type.IsInstanceOfType(dictionary) ? dictionary : throw new InvalidOperationException($"{type} cannot be read from YAML.");
    }

    private Secret ToSecret(YamlNode node, string where)
    {
        switch (node)
        {
            case HandedSecret handed:
                return handed.Secret;
            case YamlScalar { IsVault: true } vault:
                return Secret.FromReference(new SecretReference(SecretReference.VaultText, $"{vault.Source.Name}:{vault.Line}") { Text = vault.Text, Password = _binding.VaultPassword });
            case YamlScalar scalar:
                if (scalar.Text.Length == 0)
                    throw scalar.Error($"{where} is empty.");
                _binding.OnInlineSecret?.Invoke(scalar);
                return Secret.FromText(scalar.Text);
            case YamlMapping mapping:
                return Secret.FromReference(ToReference(mapping, where));
            default:
                throw node.Error($"{where} must be a text or a reference such as {{ env: NAME }}, not {node.KindName}.");
        }
    }

    private SecretReference ToReference(YamlMapping mapping, string where)
    {
        SecretReference? reference = null;
        string? key = null;
        Secret? password = null;
        YamlScalar? keyAt = null, passwordAt = null;
        foreach (var (name, value) in mapping.Entries)
        {
            var normal = YamlKey.Normal(name.Text);
            if (normal == "password")
            {
                passwordAt = name;
                password = ToSecret(value, Join(where, "password"));
                continue;
            }

            if (normal != "key" && !SecretReference.Kinds.Contains(normal))
            {
                var nearest = YamlKey.Nearest(name.Text, SecretReference.Kinds);
                throw name.Error($"{where} is a reference to a secret, and '{Show(name.Text)}' is no place for one.{(nearest is null ? "" : $" Did you mean '{nearest}'?")} Known: {string.Join(", ", SecretReference.Kinds)}.");
            }

            if (value is not YamlScalar { IsNull: false, Text.Length: > 0 } text)
                throw value.Error($"{Join(where, normal)} must be a text.");
            if (normal == "key")
            {
                keyAt = name;
                key = text.Text;
                continue;
            }

            if (reference is not null)
                throw name.Error($"{where} names two places for one secret: {reference.Kind} and {normal}.");
            var locator = normal is SecretReference.File or SecretReference.AnsibleVault ? LocalPath.Expand(text.Text, text.Source.BaseFolder, _binding.HomeFolder) : text.Text;
            reference = new SecretReference(normal, locator);
        }

        if (reference is null)
            throw mapping.Error($"{where} must be a text or a reference to a secret, such as {{ env: NAME }}. Known: {string.Join(", ", SecretReference.Kinds)}.");
        if (keyAt is not null && reference.Kind is not (SecretReference.Gopass or SecretReference.AnsibleVault))
            throw keyAt.Error($"{where}: 'key' goes with gopass and ansible-vault only.");
        if (passwordAt is not null && reference.Kind != SecretReference.AnsibleVault)
            throw passwordAt.Error($"{where}: 'password' goes with ansible-vault only.");
        return reference with { Key = key, Password = reference.Kind == SecretReference.AnsibleVault ? password ?? _binding.VaultPassword : null };
    }

    private object ToLeaf(YamlScalar scalar, Type type, string where, RecordShape.Member member)
    {
        if (scalar is HandedSecret)
            throw scalar.Error($"{where} is not a secret. Give it as text.");
        if (scalar.IsVault)
            throw scalar.Error($"{where} is not a secret, so it cannot be a !vault value.");
        var text = scalar.Text;
        if (type == typeof(string))
        {
            if (!member.IsLocalPath)
                return text;
            return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal)
                ? LocalPath.Expand(text, scalar.Source.BaseFolder, _binding.HomeFolder)
                : throw scalar.Error($"{where} must be a path.");
        }

        if (type == typeof(Uri))
            return ToUri(scalar, where, member.Schemes ?? ["http", "https"]);
        return Parse(text.Trim(), type) ?? throw scalar.Error($"{where} must be {Expected(type)}, not '{Show(text)}'.");
    }

    private static Uri ToUri(YamlScalar scalar, string where, IReadOnlyList<string> schemes)
    {
        var wanted = string.Join(" or ", schemes.Select(s => s + "://"));
        if (!Uri.TryCreate(scalar.Text.Trim(), UriKind.Absolute, out var uri) || !schemes.Contains(uri.Scheme) || uri.Host.Length == 0)
            throw scalar.Error($"{where} must be an address that begins with {wanted}, not '{Show(scalar.Text)}'.");
        // It would end in logs and errors.
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal) || (uri.UserInfo.Length > 0 && uri.Scheme is "http" or "https"))
            throw scalar.Error($"{where} holds credentials. Write them under their own keys, not into the address.");
        return uri;
    }

    private static object? Parse(string text, Type type)
    {
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(bool))
        {
            return text.ToLowerInvariant() switch
            {
                "true" or "yes" or "on" => true,
                "false" or "no" or "off" => false,
                _ => null,
            };
        }

        // 010 is 8 to some readers of YAML and 10 to others.
        var digits = text.AsSpan().TrimStart("+-");
        var isOdd = digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]);
        if (type == typeof(int))
            return !isOdd && int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var number) ? number : null;
        if (type == typeof(long))
            return !isOdd && long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var number) ? number : null;
        if (type == typeof(double))
            return !isOdd && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, culture, out var number) && double.IsFinite(number) ? number : null;
        if (type == typeof(decimal))
            return !isOdd && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, culture, out var number) ? number : null;
        if (type == typeof(TimeSpan))
            return YamlDuration.TryParse(text, out var duration) ? duration : null;
        if (type == typeof(DateTimeOffset))
        {
            string[] formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];
            // Without an offset it would be a different moment on every machine.
            var hasOffset = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10;
            return hasOffset && DateTimeOffset.TryParseExact(text, formats, culture, DateTimeStyles.None, out var moment) ? moment : null;
        }

        if (type == typeof(DateOnly))
            return DateOnly.TryParseExact(text, "yyyy-MM-dd", culture, DateTimeStyles.None, out var date) ? date : null;
        if (type == typeof(TimeOnly))
            return TimeOnly.TryParseExact(text, ["HH:mm", "H:mm", "HH:mm:ss"], culture, DateTimeStyles.None, out var time) ? time : null;
        if (type == typeof(Guid))
            return Guid.TryParse(text, out var id) ? id : null;
        foreach (var name in Enum.GetNames(type))
        {
            if (YamlKey.Equal(EnumKey(type, name), text) || (type == typeof(DayOfWeek) && text.Equals(name[..3], StringComparison.OrdinalIgnoreCase)))
                return Enum.Parse(type, name);
        }

        return null;
    }

    private static string EnumKey(Type type, string name)
        => type.GetField(name)!.GetCustomAttributes(typeof(YamlNameAttribute), false) is [YamlNameAttribute key] ? key.Name : YamlKey.Of(name);

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) || type == typeof(decimal) => "a number",
        _ when type == typeof(TimeSpan) => YamlDuration.Expected,
        _ when type == typeof(DateTimeOffset) => "a time with its offset, such as 2026-11-20T08:00:00Z",
        _ when type == typeof(DateOnly) => "a date such as 2026-12-24",
        _ when type == typeof(TimeOnly) => "a time of day such as 08:00",
        _ when type == typeof(DayOfWeek) => "a day of the week such as mon",
        _ when type == typeof(Uri) => "an address",
        _ when type == typeof(Guid) => "a UUID",
        { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type).Select(n => EnumKey(type, n))),
        _ => "a text",
    };

    private static bool IsLeaf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal)
            || type == typeof(Uri) || type == typeof(TimeSpan) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(Guid);
    }

    private static bool IsRecord(Type type)
        => !IsLeaf(type) && type != typeof(Secret) && !typeof(YamlNode).IsAssignableFrom(type) && DictionaryValue(type) is null && ElementOf(type) is null;

    private static Type? DictionaryValue(Type type)
    {
        if (!type.IsGenericType || type.GetGenericArguments() is not [var key, var value] || key != typeof(string))
            return null;
        var open = type.GetGenericTypeDefinition();
        return open == typeof(IReadOnlyDictionary<,>) || open == typeof(IDictionary<,>) || open == typeof(Dictionary<,>) ? value : null;
    }

    private static Type? ElementOf(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        if (!type.IsGenericType || type.GetGenericArguments() is not [var element])
            return null;
        var open = type.GetGenericTypeDefinition();
        return open == typeof(IReadOnlyList<>) || open == typeof(IReadOnlyCollection<>) || open == typeof(IEnumerable<>) || open == typeof(IList<>) || open == typeof(ICollection<>)
            || open == typeof(List<>) || open == typeof(HashSet<>) || open == typeof(IReadOnlySet<>) || open == typeof(ISet<>) ? element : null;
    }
}
