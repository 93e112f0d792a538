using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Enrolment;

/// <summary>What a request led to.</summary>
/// <param name="Certificate">The certificate; null when refused.</param>
/// <param name="Refusal">Why not; null when issued.</param>
public sealed record EnrolmentOutcome(NebulaCertificate? Certificate, NebulaFault? Refusal);

/// <summary>
/// Issues certificates to hosts that prove they hold their key and have a one-time token, as far as a policy allows. How
/// requests and replies travel is the caller's business; the reply is no secret.
/// </summary>
public sealed class EnrolmentDesk
{
    private readonly CertificateAuthority _authority;
    private readonly HostKeyPair _key;
    private readonly IEnrolmentTokens _tokens;
    private readonly EnrolmentPolicy _policy;
    private readonly TimeProvider _time;

    /// <summary>Sets up a desk.</summary>
    /// <param name="authority">Who signs.</param>
    /// <param name="key">The desk's own key pair, of the authority's curve; hosts know its public half.</param>
    /// <param name="tokens">One-time tokens.</param>
    /// <param name="policy">Decides what a host gets.</param>
    /// <param name="time">Tells now.</param>
    /// <exception cref="ArgumentException">The key is of another curve.</exception>
    public EnrolmentDesk(
        CertificateAuthority authority,
        HostKeyPair key,
        IEnrolmentTokens tokens,
        EnrolmentPolicy policy,
        TimeProvider time
    )
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(time);
        if (key.Curve != authority.Certificate.Curve)
        {
            throw new ArgumentException($"The desk's key must be on {authority.Certificate.Curve}.", nameof(key));
        }

        _authority = authority;
        _key = key;
        _tokens = tokens;
        _policy = policy;
        _time = time;
    }

    /// <summary>Public half of the desk's key, for <see cref="EnrolmentRequest.Create"/>.</summary>
    public HostPublicKey PublicKey => _key.PublicKey;

    /// <summary>
    /// Checks proof, token and policy, in this order, and issues. A token is used up once its proof is right, and then serves
    /// the same key only.
    /// </summary>
    /// <param name="request">What the host sent.</param>
    /// <param name="claims">What somebody else has verified about the host; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NebulaValidationException">The policy grants what the authority may not sign.</exception>
    public async Task<EnrolmentOutcome> EnrolAsync(
        EnrolmentRequest request,
        IReadOnlyDictionary<string, string>? claims = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        var message = PossessionProof.Message(request.PublicKey, PublicKey, request.Name, request.Token);
        if (!PossessionProof.Verify(_key, request.PublicKey, message, request.Proof))
        {
            return Refuse(
                "enrolment-proof",
                $"'{request.Name}' does not hold the private key of {request.PublicKey}, or asked another desk.",
                "Make the request on the host, with its own key and this desk's public key."
            );
        }

        var now = _time.GetUtcNow();
        if (!await _tokens.TryUseAsync(request.Token, request.PublicKey, now, cancellationToken).ConfigureAwait(false))
        {
            return Refuse(
                "enrolment-token",
                $"The token of '{request.Name}' is unknown, expired, or used by another key.",
                "Issue the host a new token."
            );
        }

        var grant = await _policy(request, claims ?? new Dictionary<string, string>(), cancellationToken)
            .ConfigureAwait(false);
        if (grant is null || grant.LeaseEnd < now)
        {
            return Refuse(
                "enrolment-policy",
                $"The policy grants '{request.Name}' {(grant is null ? "nothing" : $"a lease that ended {grant.LeaseEnd:u}")}.",
                "Check what the host claims to be, and its lease."
            );
        }

        return new EnrolmentOutcome(
            await IssueAsync(request, grant, now, cancellationToken).ConfigureAwait(false),
            null
        );
    }

    private Task<NebulaCertificate> IssueAsync(
        EnrolmentRequest request,
        EnrolmentGrant grant,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var last = _authority.Certificate.NotAfter.AddSeconds(-1);
        return _authority.IssueAsync(
            new HostCertificateRequest
            {
                Name = grant.Name,
                PublicKey = request.PublicKey,
                Networks = grant.Networks,
                UnsafeNetworks = grant.UnsafeNetworks,
                Groups = grant.Groups,
                NotBefore = now,
                NotAfter = grant.LeaseEnd < last ? grant.LeaseEnd : last,
            },
            cancellationToken
        );
    }

    private static EnrolmentOutcome Refuse(string code, string message, string remedy) =>
        new(null, new NebulaFault(code, message, remedy));
}
