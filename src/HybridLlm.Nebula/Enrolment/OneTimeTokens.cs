using System.Security.Cryptography;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Enrolment;

/// <summary>One-time tokens in memory. Only their hashes are kept.</summary>
public sealed class OneTimeTokens : IEnrolmentTokens
{
    private const int TokenLength = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byHash = [];

    /// <summary>Makes a token of 256 random bits. Give it to one host, over a channel nobody else reads.</summary>
    /// <param name="expires">Last instant it can be used at.</param>
    public string Issue(DateTimeOffset expires)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenLength));
        lock (_lock)
        {
            _byHash[Hash(token)] = new Entry(expires, null);
        }

        return token;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryUseAsync(
        string token,
        HostPublicKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(key);
        var hash = Hash(token);
        lock (_lock)
        {
            foreach (var (expired, _) in _byHash.Where(e => e.Value.Expires < now))
            {
                _byHash.Remove(expired);
            }

            var isUsable = _byHash.TryGetValue(hash, out var entry) && (entry.Key ?? key).Equals(key);
            if (isUsable)
            {
                _byHash[hash] = entry! with { Key = key };
            }

            return ValueTask.FromResult(isUsable);
        }
    }

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(GoText.ToUtf8(token)));

    private sealed record Entry(DateTimeOffset Expires, HostPublicKey? Key);
}
