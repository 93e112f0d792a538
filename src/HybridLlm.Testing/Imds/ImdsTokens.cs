using System.Globalization;
using System.Security.Cryptography;

namespace HybridLlm.Testing.Imds;

/// <summary>Session tokens one instance's metadata service has handed out.</summary>
internal sealed class ImdsTokens
{
    private const int LongestLife = 21600;
    private readonly Dictionary<string, DateTimeOffset> _expiries = new(StringComparer.Ordinal);

    /// <summary>Seconds a client asks for, 1 to 21,600; null for anything else.</summary>
    public static int? ReadLife(string? header) =>
        int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 1 and <= LongestLife
            ? seconds
            : null;

    public string Issue(int seconds, DateTimeOffset now)
    {
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(42));
        _expiries[token] = now + TimeSpan.FromSeconds(seconds);
        return token;
    }

    /// <summary>How long a token still lives; null for an unknown or expired one.</summary>
    public TimeSpan? LifeLeft(string token, DateTimeOffset now) =>
        _expiries.TryGetValue(token, out var expiry) && expiry > now ? expiry - now : null;
}
