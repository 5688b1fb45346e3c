namespace PlatformOps.Core.Configuration;

/// <summary>A record read from YAML with rules that concern several of its values.</summary>
internal interface ICheckedRecord
{
    /// <summary>What is wrong, each in a sentence that names the key; nothing where all is well.</summary>
    IEnumerable<string> Problems();
}
