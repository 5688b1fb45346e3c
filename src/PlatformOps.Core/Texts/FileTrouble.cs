namespace PlatformOps.Core.Texts;

/// <summary>Why a file cannot be read, in a few words; its path is told beside it.</summary>
internal static class FileTrouble
{
    public static string Of(Exception error) => error switch
    {
        FileNotFoundException => "there is no such file.",
        DirectoryNotFoundException => "there is no such file, and no such folder.",
        UnauthorizedAccessException => "it is a folder, or you may not read it.",
        _ => error.Message,
    };
}
