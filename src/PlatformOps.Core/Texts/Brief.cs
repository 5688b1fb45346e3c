namespace PlatformOps.Core.Texts;

/// <summary>A part of a text, for who finds the whole elsewhere.</summary>
internal static class Brief
{
    private static readonly string[] Ends = [". ", "; "];

    /// <summary>As many whole sentences as fit, else as many words, with a sign that there is more; a text that fits, as it is.</summary>
    /// <param name="text">The text; line breaks become spaces.</param>
    /// <param name="length">How many characters may be, the sign not counted.</param>
    public static string Of(string text, int length)
    {
        text = text.ReplaceLineEndings(" ").Trim();
        if (text.Length <= length)
            return text;
        var sentence = Ends.Max(end => text.LastIndexOf(end, length - 1, StringComparison.Ordinal));
        if (sentence > 0)
            return $"{text[..sentence]} …";
        var word = text.LastIndexOf(' ', length);
        return $"{text[..(word > 0 ? word : length)].TrimEnd(',', ':', ' ')} …";
    }

    /// <summary>The beginning, and the last sentence, which says what to do.</summary>
    /// <param name="text">The text; line breaks become spaces.</param>
    /// <param name="beginning">How many characters the beginning may have.</param>
    /// <param name="end">How many the last sentence may have; it is left out where it has more.</param>
    public static string WithEnd(string text, int beginning, int end)
    {
        text = text.ReplaceLineEndings(" ").Trim();
        if (text.Length <= beginning + end)
            return text;
        var brief = Of(text, beginning);
        var last = text[(Ends.Max(sign => text.LastIndexOf(sign, text.Length - 2, StringComparison.Ordinal)) + 1)..].Trim();
        return last.Length <= end ? $"{brief} {last}" : brief;
    }
}
