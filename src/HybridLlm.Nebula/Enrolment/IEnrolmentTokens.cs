using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Enrolment;

/// <summary>
/// Remembers one-time tokens. <see cref="OneTimeTokens"/> does in memory; implement it where several processes share a desk.
/// </summary>
public interface IEnrolmentTokens
{
    /// <summary>
    /// Binds a token to a key, atomically. True when the token is known, unexpired, and unused or used by this very key before:
    /// a host whose reply was lost may ask again.
    /// </summary>
    ValueTask<bool> TryUseAsync(
        string token,
        HostPublicKey key,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    );
}
