using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>What a peering's planners know besides: what the consumer shows, and what became of it.</summary>
internal sealed record PeeringFacts : PairFacts
{
    /// <summary>What the consumer shows the provider.</summary>
    public required ConsumerCredentials Credentials { get; init; }

    /// <summary>Whether the provider's API server is to be reached through the tunnel.</summary>
    public bool IsInBand { get; init; }

    public Secret? Nonce => World.Find(ClusterSide.Provider, Kinds.Secret, ProviderNamespace, LiqoNames.NonceSecret);

    public Secret? SignedNonce =>
        World.Find(ClusterSide.Consumer, Kinds.Secret, ConsumerNamespace, LiqoNames.SignedNonceSecret);

    /// <summary>A signature that turned out not to be of the key the consumer has now; null when there is none such.</summary>
    public byte[]? OutdatedSignature { get; init; }

    /// <summary>The nonce, signed by the consumer's controller; null until it has, and while that is of an earlier key.</summary>
    public byte[]? Signature =>
        SignedNonce?.Value(SecretKeys.SignedNonce) is { } signature && !IsOutdated(signature) ? signature : null;

    private bool IsOutdated(byte[] signature) => OutdatedSignature?.AsSpan().SequenceEqual(signature) == true;

    public Secret? KnownCertificate =>
        World.Find(ClusterSide.Provider, Kinds.Secret, ProviderNamespace, LiqoNames.RemoteCertificateSecret);

    public Tenant? Tenant => World.Find(ClusterSide.Provider, Kinds.Tenant, ProviderNamespace, ConsumerId);

    public Identity? Identity =>
        World.Find(
            ClusterSide.Consumer,
            Kinds.Identity,
            ConsumerNamespace,
            LiqoNames.ControlPlaneIdentityOf(ProviderId)
        );
}
