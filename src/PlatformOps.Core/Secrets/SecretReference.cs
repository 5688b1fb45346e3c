namespace PlatformOps.Core.Secrets;

/// <summary>Names a secret without holding it.</summary>
/// <param name="Kind">Where it is kept: <c>env</c>, <c>file</c>, <c>gopass</c>, <c>pass</c>, <c>ansible-vault</c>.</param>
/// <param name="Locator">The variable, path or entry there.</param>
internal sealed record SecretReference(string Kind, string Locator)
{
    public override string ToString() => $"{Kind}:{Locator}";
}
