namespace PlatformOps.Core.Secrets;

/// <summary>Takes every secret that was handed out, in any of its usual encodings, out of texts that people or files get to see.</summary>
internal sealed class Redactor
{
    public void Add(string secret) => throw new NotImplementedException();

    public string Clean(string text) => throw new NotImplementedException();
}
