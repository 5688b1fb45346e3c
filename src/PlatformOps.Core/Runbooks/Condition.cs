using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Runbooks;

/// <summary>A <c>when:</c>: one property, or one comparison of it. No further expressions: what needs logic is an action.</summary>
internal sealed class Condition
{
    private readonly YamlScalar _left;
    private readonly string? _right;
    private readonly bool _isEqual;

    private Condition(YamlScalar left, string? right, bool isEqual) => (_left, _right, _isEqual) = (left, right, isEqual);

    /// <summary>The condition as it was written.</summary>
    public required string Text { get; init; }

    public static Condition Parse(YamlScalar scalar)
    {
        var text = scalar.Text.Trim();
        foreach (var (symbol, isEqual) in (ReadOnlySpan<(string, bool)>)[("==", true), ("!=", false)])
        {
            var at = text.IndexOf(symbol, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var (left, right) = (text[..at].Trim(), text[(at + symbol.Length)..].Trim());
            Check(scalar, left);
            if (right.Length == 0 || right.Contains("${", StringComparison.Ordinal) || right.Contains("==", StringComparison.Ordinal))
                throw scalar.Error($"when: the right side of {symbol} is one plain value, such as \"${{fact.model}} == hv-2022-lenovo\".");
            return new Condition(scalar.WithText(left), right.Trim('\'', '"'), isEqual) { Text = text };
        }

        Check(scalar, text);
        return new Condition(scalar.WithText(text), null, true) { Text = text };

        static void Check(YamlScalar scalar, string left)
        {
            if (!Variables.IsSingle(left))
                throw scalar.Error($"when: is one property such as \"${{fact.gpu}}\", or one comparison of it, not '{scalar.Text}'. What needs more logic is an action.");
        }
    }

    /// <summary>Why it does not hold, without what only authors of runbooks know: "gpu is false", "model is hv-2024, not hv-2022".</summary>
    public string WhyNot(Variables variables)
    {
        var name = _left.Text.Trim().TrimStart('$').Trim('{', '}');
        return $"{name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]} is {variables.Expand(_left).Text}{(_right is not null && _isEqual ? $", not {_right}" : "")}";
    }

    public bool Holds(Variables variables)
    {
        var value = variables.Expand(_left).Text;
        if (_right is not null)
            return string.Equals(value, _right, StringComparison.OrdinalIgnoreCase) == _isEqual;
        return value switch
        {
            "true" => true,
            "false" => false,
            _ => throw _left.Error($"when: {_left.Text} is '{value}', neither true nor false. Compare it with a value."),
        };
    }
}
