using System.Net.Http.Headers;
using Microsoft.AspNetCore.WebUtilities;

namespace PlatformOps.Lab.Wire;

/// <summary>One part of a body of several (multipart/form-data, RFC 7578).</summary>
internal sealed record FormPart(string? Name, string? FileName, string? ContentType, byte[] Content)
{
    /// <summary>The parts of a body; null where it is of another kind, none where it is not well made.</summary>
    public static async Task<IReadOnlyList<FormPart>?> ReadAsync(string? contentType, byte[] body, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || type.MediaType != "multipart/form-data"
            || type.Parameters.FirstOrDefault(parameter => parameter.Name == "boundary")?.Value?.Trim('"') is not { } boundary)
        {
            return null;
        }

        List<FormPart> parts = [];
        var reader = new MultipartReader(boundary, new MemoryStream(body));
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, cancellationToken);
                _ = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition);
                parts.Add(new FormPart(disposition?.Name?.Trim('"'), (disposition?.FileNameStar ?? disposition?.FileName)?.Trim('"'), section.ContentType, content.ToArray()));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return [];
        }

        return parts;
    }
}
