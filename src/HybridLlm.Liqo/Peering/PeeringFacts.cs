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

    /// <summary>Whether the consumer's controller has signed the nonce.</summary>
    public bool IsSigned => SignedNonce?.Value(SecretKeys.SignedNonce) is not null;

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
