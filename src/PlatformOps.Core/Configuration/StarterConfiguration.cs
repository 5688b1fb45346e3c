using System.Text;
using PlatformOps.Core.Files;
using PlatformOps.Errors;

namespace PlatformOps.Core.Configuration;

/// <summary>The annotated configuration that <c>Initialize-PlatformOps</c> writes: the file <c>examples/ops.yaml</c>.</summary>
internal static class StarterConfiguration
{
    /// <summary>What begins a line that is a setting left out: take it away to set it.</summary>
    public const string OptionMark = "#:";

    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Text { get; } = ReadResource();

    /// <summary>Writes it, for its owner alone: whole or not at all, and over another only when forced.</summary>
    /// <param name="path">A full path; its folder is made where it is missing.</param>
    /// <param name="force">Replace what is there.</param>
    /// <exception cref="ConfigurationException">There is one already, or it cannot be written.</exception>
    public static void Write(string path, bool force)
    {
        if (!force && Path.Exists(path))
            throw Exists(path);
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, FolderMode);
            WholeFile.Write(path, Encoding.UTF8.GetBytes(Text), WholeFile.OwnerOnly, overwrite: force);
        }
        catch (IOException) when (!force && Path.Exists(path))
        {
            // Another was faster.
            throw Exists(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration cannot be written: {error.Message}", path, innerException: error);
        }
    }

    private static ConfigurationException Exists(string path) => new("There is a configuration already. Edit it, or use -Force to write a new one over it.", path);

    private static string ReadResource()
    {
        using var stream = typeof(StarterConfiguration).Assembly.GetManifestResourceStream("starter/ops.yaml")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
