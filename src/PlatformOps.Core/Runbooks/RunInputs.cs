using PlatformOps.Errors;

namespace PlatformOps.Core.Runbooks;

/// <summary>The values of a run's parameters.</summary>
internal static class RunInputs
{
    /// <summary>What was given, and the defaults of what was not.</summary>
    /// <exception cref="RefusedException">One is missing, unknown, or of the wrong type.</exception>
    public static Dictionary<string, string> Complete(RunRequest request)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var parameters = request.Phases.SelectMany(phase => phase.Runbook.Parameters).ToList();
        foreach (var (name, value) in request.Inputs)
        {
            var parameter = parameters.Find(candidate => candidate.Name == name)
                ?? throw new RefusedException($"The runbook has no parameter '{name}'. It has: {(parameters.Count == 0 ? "none" : string.Join(", ", parameters.Select(p => p.Name).Distinct()))}.");
            if (parameter.Reject(value) is { } wanted)
                throw new RefusedException($"Parameter '{name}' is {wanted}, not '{value}'.");
            values[name] = value;
        }

        foreach (var parameter in parameters)
        {
            if (!values.ContainsKey(parameter.Name))
                values[parameter.Name] = parameter.Default ?? throw new RefusedException($"Parameter '{parameter.Name}' has no default and was not given: {parameter.Description}");
        }

        return values;
    }
}
