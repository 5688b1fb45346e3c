using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PlatformOps.Errors;

namespace PlatformOps.Core.Secrets;

/// <summary>ansible-vault's format 1.1 and 1.2 (AES256), read and written in process.</summary>
/// <remarks>
/// <c>$ANSIBLE_VAULT;1.1;AES256</c> or <c>$ANSIBLE_VAULT;1.2;AES256;id</c>, then hex at 80 columns of the lines salt, HMAC, ciphertext,
/// each in hex again. PBKDF2-HMAC-SHA256, 10,000 iterations, 32 bytes of salt → 80 bytes: AES key, HMAC key, counter.
/// AES-256-CTR over PKCS#7-padded text; HMAC-SHA256 over the ciphertext. (ansible, lib/ansible/parsing/vault/__init__.py, VaultAES256.)
/// </remarks>
internal static class AnsibleVault
{
    private const string Magic = "$ANSIBLE_VAULT";
    private const int Iterations = 10_000;
    private const int BlockSize = 16;
    private const int LineLength = 80;

    /// <summary>Whether the text is in this format.</summary>
    public static bool IsVault(ReadOnlySpan<char> text) => text.TrimStart().StartsWith(Magic + ";", StringComparison.Ordinal);

    /// <summary>The vault id in the header; null where there is none.</summary>
    /// <exception cref="SecretException">The text is not in this format.</exception>
    public static string? IdOf(string text) => Split(text).Id;

    /// <summary>Decrypts.</summary>
    /// <exception cref="SecretException">The password is wrong, or the text is not in this format or damaged.</exception>
    public static byte[] Unprotect(string text, string password)
    {
        var (id, body) = Split(text);
        var parts = Encoding.ASCII.GetString(FromHex(body)).Split('\n');
        if (parts.Length != 3)
            throw Damaged();
        var salt = FromHex(parts[0]);
        var expected = FromHex(parts[1]);
        var ciphertext = FromHex(parts[2]);
        var keys = DeriveKeys(password, salt);
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(keys.AsSpan(32, 32), ciphertext), expected))
                throw new SecretException($"The vault password is wrong{(id is null ? "" : $" for the vault id '{id}'")}, or the vault is damaged.");
            if (ciphertext.Length == 0 || ciphertext.Length % BlockSize != 0)
                throw Damaged();
            ApplyCounterMode(keys, ciphertext);
            int padding = ciphertext[^1];
            if (padding is 0 or > BlockSize || ciphertext.AsSpan(ciphertext.Length - padding).ContainsAnyExcept((byte)padding))
                throw Damaged();
            var plain = ciphertext[..^padding];
            CryptographicOperations.ZeroMemory(ciphertext);
            return plain;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <summary>Decrypts to text.</summary>
    /// <inheritdoc cref="Unprotect"/>
    public static string UnprotectText(string text, string password)
    {
        var plain = Unprotect(text, password);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(plain);
        }
        catch (DecoderFallbackException error)
        {
            throw new SecretException("What is in the vault is not UTF-8 text.", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Encrypts text, as <c>ansible-vault encrypt</c> would.</summary>
    /// <param name="id">The vault id; makes it format 1.2.</param>
    public static string ProtectText(string plain, string password, string? id = null)
    {
        var bytes = Encoding.UTF8.GetBytes(plain);
        try
        {
            return Protect(bytes, password, id);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <inheritdoc cref="ProtectText"/>
    public static string Protect(ReadOnlySpan<byte> plain, string password, string? id = null)
    {
        if (password.Length == 0)
            throw new SecretException("A vault needs a password that is not empty.");
        if (id is not null && (id.Length == 0 || id.AsSpan().IndexOfAny(";\r\n ") >= 0))
            throw new SecretException("A vault id is a word without spaces and semicolons.");
        var salt = RandomNumberGenerator.GetBytes(32);
        var padding = BlockSize - (plain.Length % BlockSize);
        var data = new byte[plain.Length + padding];
        plain.CopyTo(data);
        data.AsSpan(plain.Length).Fill((byte)padding);
        var keys = DeriveKeys(password, salt);
        ApplyCounterMode(keys, data);
        var mac = HMACSHA256.HashData(keys.AsSpan(32, 32), data);
        CryptographicOperations.ZeroMemory(keys);

        var inner = string.Join('\n', ToHex(salt), ToHex(mac), ToHex(data));
        var hex = ToHex(Encoding.ASCII.GetBytes(inner));
        var text = new StringBuilder(hex.Length + (hex.Length / LineLength) + 64);
        text.Append(id is null ? $"{Magic};1.1;AES256" : $"{Magic};1.2;AES256;{id}").Append('\n');
        for (var i = 0; i < hex.Length; i += LineLength)
            text.Append(hex, i, Math.Min(LineLength, hex.Length - i)).Append('\n');
        return text.ToString();
    }

    /// <summary>Encrypts text to a value for a YAML file, as <c>ansible-vault encrypt_string</c> would: put it behind <c>key: </c>.</summary>
    /// <param name="indent">The spaces before each line of it; more than the key has.</param>
    /// <param name="id">The vault id; makes it format 1.2.</param>
    public static string ProtectYamlValue(string plain, string password, int indent = 10, string? id = null)
        => "!vault |\n" + string.Concat(ProtectText(plain, password, id).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new string(' ', indent) + line + "\n"));

    private static (string? Id, string Body) Split(string text)
    {
        var lines = text.Trim().Split('\n', StringSplitOptions.TrimEntries);
        var header = lines[0].Split(';');
        if (header[0] != Magic || header.Length < 3)
            throw new SecretException($"This is no ansible-vault text: it does not begin with {Magic}.");
        if (header[1] is not ("1.1" or "1.2") || header[2] != "AES256")
            throw new SecretException("This ansible-vault format is not read here: only 1.1 and 1.2 with AES256 are.");
        return (header is [_, "1.2", _, { Length: > 0 } id] ? id : null, string.Concat(lines.Skip(1)));
    }

    private static byte[] DeriveKeys(string password, byte[] salt)
        => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, 80);

    /// <summary>CTR is not in the BCL: the counter's blocks are encrypted with ECB and laid over the data.</summary>
    private static void ApplyCounterMode(byte[] keys, Span<byte> data)
    {
        const int BlocksAtOnce = 256;
        using var aes = Aes.Create();
        aes.Key = keys[..32];
        Span<byte> counter = stackalloc byte[BlockSize];
        keys.AsSpan(64, BlockSize).CopyTo(counter);
        Span<byte> counters = new byte[BlockSize * BlocksAtOnce];
        Span<byte> stream = new byte[BlockSize * BlocksAtOnce];
        for (var done = 0; done < data.Length;)
        {
            var length = Math.Min(stream.Length, data.Length - done);
            var blocks = (length + BlockSize - 1) / BlockSize;
            for (var block = 0; block < blocks; block++)
            {
                counter.CopyTo(counters[(block * BlockSize)..]);
                for (var i = BlockSize - 1; i >= 0 && ++counter[i] == 0; i--)
                {
                    // Carry.
                }
            }

            aes.EncryptEcb(counters[..(blocks * BlockSize)], stream, PaddingMode.None);
            for (var i = 0; i < length; i++)
                data[done + i] ^= stream[i];
            done += length;
        }

        CryptographicOperations.ZeroMemory(stream);
    }

    private static string ToHex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes).ToLower(CultureInfo.InvariantCulture);

    private static byte[] FromHex(string text)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException error)
        {
            throw Damaged(error);
        }
    }

    private static SecretException Damaged(Exception? inner = null) => new("The ansible-vault text is damaged.", inner);
}
