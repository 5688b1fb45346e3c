using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using PlatformOps.Core.Files;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Secrets;

/// <summary>Turns references into values, once a session, and tells the redactor every value it hands out.</summary>
internal sealed class SecretStore
{
    private const int FileLimit = 4 * 1024 * 1024;

    /// <summary>A person may have to type a passphrase.</summary>
    private static readonly TimeSpan ProgramTimeout = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<SecretReference, Lazy<Task<string>>> _resolved = new();
    private readonly UserEnvironment? _environment;

    /// <param name="redactor">Told every value.</param>
    /// <param name="environment">Where variables, <c>PATH</c> among them, are looked up; the process's own where null.</param>
    public SecretStore(Redactor redactor, UserEnvironment? environment = null)
    {
        Redactor = redactor;
        _environment = environment;
    }

    public Redactor Redactor { get; }

    /// <summary>The secret's value. Each reference is looked up once; who asks meanwhile waits for the same answer. Failures are not kept.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="whyNot">Why a value is not handed out; null where it is. What is not handed out is not masked either.</param>
    /// <exception cref="SecretException">The secret cannot be had; the message names the reference and what to do.</exception>
    public async Task<string> ResolveAsync(Secret secret, CancellationToken cancellationToken, Func<string, string?>? whyNot = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (secret.Inline is { } inline)
        {
            return HandOut(inline);
        }

        var reference = secret.Reference!;
        // The look-up is shared, so it is nobody's to cancel; its own time limits end it.
        var lookup = _resolved.GetOrAdd(reference, r => new Lazy<Task<string>>(() => Task.Run(() => LookUpAsync(r), CancellationToken.None)));
        try
        {
            return HandOut(await lookup.Value.WaitAsync(cancellationToken));
        }
        catch when (lookup.Value.IsFaulted)
        {
            _resolved.TryRemove(KeyValuePair.Create(reference, lookup));
            throw;
        }

        string HandOut(string value)
        {
            if (whyNot?.Invoke(value) is { } why)
                throw new SecretException($"{secret}: {why}");
            Redactor.Add(value, secret.ToString());
            return value;
        }
    }

    private static string TrimNewline(string text)
    {
        if (text.EndsWith("\r\n", StringComparison.Ordinal))
            return text[..^2];
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    private static string FirstLine(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }

    private async Task<string> LookUpAsync(SecretReference reference)
    {
        var value = reference.Kind switch
        {
            SecretReference.Env => FromVariable(reference),
            SecretReference.File => TrimNewline(ReadFile(reference, mustBePrivate: true)),
            SecretReference.Gopass => TrimNewline(await FromGopassAsync(reference)),
            SecretReference.Pass => FirstLine(await FromPassAsync(reference)),
            SecretReference.AnsibleVault => await FromVaultFileAsync(reference),
            SecretReference.VaultText => await DecryptAsync(reference, reference.Text!),
            _ => throw new SecretException($"{reference}: secrets are not kept in '{reference.Kind}'. Known: {string.Join(", ", SecretReference.Kinds)}."),
        };
        if (value.Length == 0)
            throw new SecretException($"{reference} is empty.");
        return value;
    }

    private string FromVariable(SecretReference reference)
        => Variable(reference.Locator) ?? throw new SecretException($"{reference}: the environment variable {reference.Locator} is not set. Set it before Connect-PlatformOps.");

    private string? Variable(string name)
        => _environment is null ? Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null : _environment.Variable(name);

    private static string ReadFile(SecretReference reference, bool mustBePrivate)
    {
        var path = reference.Locator;
        if (!PrivateFile.IsRegular(path))
            throw new SecretException($"{reference}: there is no such file.");
        if (mustBePrivate)
            RequirePrivate(reference);
        if (PrivateFile.WhyNotTrusted(path) is { } reason)
            throw new SecretException($"{reference}: {reason}");
        try
        {
            var bytes = PrivateFile.Read(path, FileLimit)
                ?? throw new SecretException(string.Create(CultureInfo.InvariantCulture, $"{reference}: the file is larger than {FileLimit / 1024 / 1024} MiB."));
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new SecretException($"{reference}: the file is not UTF-8 text.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"{reference} cannot be read: {error.Message}", error);
        }
    }

    private static void RequirePrivate(SecretReference reference)
    {
        if (PrivateFile.MayOthersRead(reference.Locator))
            throw new SecretException($"{reference}: others may read the file. Run: {PrivateFile.MakePrivate(reference.Locator)}");
    }

    private async Task<string> FromGopassAsync(SecretReference reference)
    {
        string[] arguments = ["show", "-o", "--nosync", Entry(reference), .. reference.Key is null ? [] : new[] { reference.Key }];
        var result = await RunAsync(reference, "gopass", arguments);
        // gopass, pkg/exitcode: 10 not found, 11 decryption failed.
        return result.ExitCode switch
        {
            0 => result.OutputText,
            10 => throw new SecretException($"{reference}: gopass has no such entry. `gopass ls` lists what it has."),
            11 => throw new SecretException($"{reference}: gopass cannot decrypt the entry. Is your key a recipient of it, and its agent unlocked?"),
            _ => throw Failed(reference, "gopass", result),
        };
    }

    private async Task<string> FromPassAsync(SecretReference reference)
    {
        var result = await RunAsync(reference, "pass", ["show", Entry(reference)]);
        if (result.ExitCode == 0)
        {
            // For a folder pass lists what is in it, and that is no failure to it.
            var text = result.OutputText;
            if (FirstLine(text) == reference.Locator.TrimEnd('/') && (text.Contains("── ", StringComparison.Ordinal) || text.Contains("-- ", StringComparison.Ordinal)))
                throw new SecretException($"{reference}: this is a folder in pass. `pass ls {reference.Locator}` lists the entries in it.");
            return text;
        }

        if (result.ErrorText.Contains("is not in the password store", StringComparison.Ordinal))
            throw new SecretException($"{reference}: pass has no such entry. `pass ls` lists what it has.");
        throw Failed(reference, "pass", result);
    }

    private static string Entry(SecretReference reference)
    {
        if (reference.Locator.StartsWith('-') || reference.Key?.StartsWith('-') == true || reference.Locator.Any(char.IsControl))
            throw new SecretException($"{reference}: an entry's name does not begin with '-' and has no control characters.");
        return reference.Locator;
    }

    private async Task<ChildResult> RunAsync(SecretReference reference, string program, string[] arguments)
    {
        var environment = _environment?.Variables.ToDictionary(v => v.Key, v => (string?)v.Value) ?? [];
        try
        {
            var result = await ChildProcess.RunAsync(
                new ChildCommand(program, arguments) { Environment = environment, Timeout = ProgramTimeout, OutputLimit = FileLimit },
                CancellationToken.None);
            if (result.TimedOut)
                throw new SecretException($"{reference}: {program} did not answer within {ProgramTimeout.TotalMinutes} minutes. Does it wait for a passphrase? Unlock its agent first.");
            return result;
        }
        catch (ProgramException error)
        {
            throw new SecretException($"{reference}: {error.Message}", error);
        }
    }

    private SecretException Failed(SecretReference reference, string program, ChildResult result)
    {
        // Error output only: what such a program prints is the secret.
        var reason = string.Concat(Redactor.Clean(result.ErrorText).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        if (reason.Length > 300)
            reason = reason[..300] + "…";
        return new SecretException(string.Create(CultureInfo.InvariantCulture, $"{reference}: {program} ended with exit code {result.ExitCode}{(reason.Length == 0 ? "." : ": ")}{reason}"));
    }

    private async Task<string> FromVaultFileAsync(SecretReference reference)
    {
        var text = ReadFile(reference, mustBePrivate: false);
        if (AnsibleVault.IsVault(text))
        {
            text = await DecryptAsync(reference, text);
            if (reference.Key is null)
                return TrimNewline(text);
        }
        else if (reference.Key is null)
        {
            throw new SecretException($"{reference}: the file is not encrypted by ansible-vault. Encrypt it, or name the key of a !vault value in it.");
        }

        YamlScalar value;
        try
        {
            YamlNode node = YamlReader.ReadMapping(text, YamlSource.Other(reference.Locator), YamlLimits.Default with { Bytes = FileLimit });
            foreach (var part in reference.Key.Split('.'))
            {
                node = (node as YamlMapping)?.Entries.FirstOrDefault(e => e.Name == part).Value
                    ?? throw new SecretException($"{reference}: there is no '{part}' in the file.");
            }

            value = node as YamlScalar ?? throw new SecretException($"{reference}: this is {node.KindName}, not a value.");
        }
        catch (SourceException error)
        {
            // Not as inner exception: the parser quotes what it read.
            throw new SecretException(string.Create(CultureInfo.InvariantCulture, $"{reference}: what is in the file cannot be read as YAML (line {error.Line})."));
        }

        if (value.IsVault)
            return await DecryptAsync(reference, value.Text);
        if (!AnsibleVault.IsVault(await File.ReadAllTextAsync(reference.Locator)))
            RequirePrivate(reference);
        return value.Text;
    }

    private async Task<string> DecryptAsync(SecretReference reference, string text)
    {
        var password = await VaultPasswordAsync(reference);
        try
        {
            return AnsibleVault.UnprotectText(text, password);
        }
        catch (SecretException error)
        {
            throw new SecretException($"{reference}: {error.Message}", error);
        }
    }

    private async Task<string> VaultPasswordAsync(SecretReference reference)
    {
        if (reference.Password is null)
            throw new SecretException($"{reference}: no password for the vault is configured. Set ansible-vault-password, or `password` in the reference.");
        // ansible-vault strips what it reads from a password file or a prompt.
        var password = (await ResolveAsync(reference.Password, CancellationToken.None)).Trim();
        Redactor.Add(password, reference.Password.ToString());
        return password;
    }
}
