using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>The locks of the file store: one exclusively held file per key, and beside it who holds it. No expiry and no clock.</summary>
internal sealed class TargetLocks(LedgerFiles files, string folder, TimeProvider time)
{
    /// <summary>Takes the lock, or refuses with who holds it, where and since when.</summary>
    /// <exception cref="TargetLockedException">Another run holds it.</exception>
    public async Task<TargetLock> TakeAsync(string key, LockOwner owner, CancellationToken cancellationToken)
    {
        files.CreateFolder(folder);
        var path = Path.Combine(folder, FileNameOf(key));
        var held = await files.LockAsync(path + ".lock", time, cancellationToken);
        if (held is null)
            throw LockOwner.Refusal(key, Read(path), "a lock is freed by itself when its process ends");
        try
        {
            var last = Read(path);
            var now = owner.Following(last, key, (last?.Token ?? 0) + 1, time.GetUtcNow());
            Write(now);
            return new TargetLock(held, key, now.Token, now.Former, open => Write(now with { Former = [.. open] }), () => Read(path) is { } owner && owner.RunId == now.RunId && owner.Token == now.Token);
        }
        catch
        {
            held.Dispose();
            throw;
        }

        void Write(LockOwner content) => files.Replace(path + ".owner", JsonSerializer.SerializeToUtf8Bytes(content));
    }

    /// <summary>Whether some living process holds the lock.</summary>
    public bool IsHeld(string key) => files.IsLocked(Path.Combine(folder, FileNameOf(key)) + ".lock");

    private static string FileNameOf(string key)
    {
        var name = Uri.EscapeDataString(key).Replace('%', '=');
        return name.Length <= 150 && !name.StartsWith('.') ? name : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    private LockOwner? Read(string path)
    {
        try
        {
            return files.TryRead(path + ".owner") is { Length: > 0 } content ? JsonSerializer.Deserialize<LockOwner>(content) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
