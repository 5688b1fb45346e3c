using System.Security.Cryptography;
using System.Text;

namespace PlatformOps.ModuleBuilder;

/// <summary>The module's folder: files are replaced by renaming, so that a session that has the old ones mapped keeps them.</summary>
internal sealed class ModuleLayout(string folder)
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    public void Copy(string source, string relative) => Put(relative, File.ReadAllBytes(source));

    public void Write(string relative, string text) => Put(relative, new UTF8Encoding(false).GetBytes(text));

    /// <summary>Removes what an earlier build left there.</summary>
    public void RemoveStrays()
    {
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (!_written.Contains(Path.GetRelativePath(folder, file).Replace('\\', '/')))
                File.Delete(file);
        }
    }

    private void Put(string relative, byte[] content)
    {
        _written.Add(relative);
        var path = Path.Combine(folder, relative);
        if (File.Exists(path) && SHA256.HashData(File.ReadAllBytes(path)).AsSpan().SequenceEqual(SHA256.HashData(content)))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}
