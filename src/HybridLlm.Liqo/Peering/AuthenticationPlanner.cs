using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// How a consumer gets in: it signs the provider's nonce, the provider issues a certificate, the consumer keeps it as an Identity.
/// </summary>
internal static class AuthenticationPlanner
{
    /// <summary>Events by which a provider says that what it was shown is wrong; others go away by themselves.</summary>
    private static readonly string[] s_verdicts = ["SignatureVerificationFailed", "InvalidCSR"];

    /// <summary>How long a certificate takes at most when nothing is wrong.</summary>
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(5);

    public static IEnumerable<PlannedStep> Steps(TimeSpan patience, PeeringFacts facts)
    {
        ThrowIfBorrowedWithAnotherKey(facts);
        return
        [
            .. NoncePlanner.Steps(patience, facts),
            .. TenantSteps(patience, facts),
            .. IdentitySteps(patience, facts),
        ];
    }

    private static IEnumerable<PlannedStep> TenantSteps(TimeSpan patience, PeeringFacts facts)
    {
        if (facts.Tenant?.Spec?.TenantCondition is { } condition and not "Active")
        {
            throw new LiqoRefusedException(
                LiqoRefusal.TenantCordoned,
                $"On the provider, tenant '{facts.ConsumerId}' is {condition}.",
                "Uncordon the tenant, or peer with another provider."
            );
        }

        var key = TenantKey(facts);
        const string Purpose = "introduces the consumer with its key and signature";
        var write =
            facts.Signature is not { } signature || (facts.IsInBand && InBandAddress.Of(facts) is null)
                ? Later(key, facts.Tenant, Purpose)
                : Ensure.AsWanted(facts.World, key, WantedTenant(key, facts, signature), Purpose);

        // The provider keeps the first request it saw apart from the Tenant, and refuses every other. As long as a Tenant shows the
        // earlier one, it is kept again as soon as it is forgotten.
        var forgetting = ForgetEarlierKey(facts);
        foreach (var step in facts.Tenant is null ? new[] { forgetting, write } : [write, forgetting])
        {
            if (step is not null)
            {
                yield return step;
            }
        }

        if (!IsIssued(facts))
        {
            ThrowIfRejected(facts);
            yield return Wait(
                patience,
                key,
                "a certificate for the consumer",
                facts.Tenant?.Status?.AuthParams is null
                    ? $"the Tenant has no credentials yet; {LastEvent(facts) ?? "no event tells why"}"
                    : "the Tenant's certificate is for another key",
                "Look at the Tenant's events and at the CertificateSigningRequests 'liqo-identity-*' on the provider."
            ) with
            {
                Targets = [Target.On(key), TenantEvents(facts, key)],
            };
        }
    }

    private static DeleteStep? ForgetEarlierKey(PeeringFacts facts) =>
        facts.KnownCertificate?.Value(SecretKeys.Csr) is { } known
        && !known.AsSpan().SequenceEqual(facts.Credentials.SigningRequest)
            ? new DeleteStep(
                new(ClusterSide.Provider, Kinds.Secret, facts.ProviderNamespace, LiqoNames.RemoteCertificateSecret),
                "forgets the certificate of an earlier key"
            )
            : null;

    private static IEnumerable<PlannedStep> IdentitySteps(TimeSpan patience, PeeringFacts facts)
    {
        ObjectKey key = new(
            ClusterSide.Consumer,
            Kinds.Identity,
            facts.ConsumerNamespace,
            LiqoNames.ControlPlaneIdentityOf(facts.ProviderId)
        );
        const string Purpose = "gives the consumer its credentials";
        if (!IsIssued(facts))
        {
            yield return Later(key, facts.Identity, Purpose);
        }
        else if (Ensure.AsWanted(facts.World, key, WantedIdentity(key, facts), Purpose) is { } write)
        {
            yield return write;
        }

        if (string.IsNullOrEmpty(facts.Identity?.Status?.KubeconfigSecretRef?.Name))
        {
            yield return Wait(
                patience,
                key,
                "the kubeconfig made of the credentials",
                "the Identity names no kubeconfig yet",
                "Look at Liqo's controller manager on the consumer."
            ) with
            {
                // The Tenant, watched from the wait before to the one after, tells at once when the provider dies.
                Targets = [Target.On(key), Target.On(TenantKey(facts))],
            };
        }
    }

    /// <summary>A write whose content is yet to come.</summary>
    private static PlannedStep Later(ObjectKey key, ClusterObject? current, string purpose) =>
        current is null ? new CreateStep(key, null, purpose) : new UpdateStep(key, null, purpose);

    private static ObjectKey TenantKey(PeeringFacts facts) =>
        new(ClusterSide.Provider, Kinds.Tenant, facts.ProviderNamespace, facts.ConsumerId);

    private static Tenant WantedTenant(ObjectKey key, PeeringFacts facts, byte[] signature) =>
        new()
        {
            Metadata = Meta(key, facts.ConsumerId),
            Spec = new TenantSpec
            {
                ClusterId = facts.ConsumerId,
                PublicKey = facts.Credentials.PublicKey,
                Csr = facts.Credentials.SigningRequest,
                Signature = signature,
                ProxyUrl = facts.IsInBand ? InBandAddress.Of(facts) : null,
            },
        };

    private static Identity WantedIdentity(ObjectKey key, PeeringFacts facts)
    {
        var offered = facts.Tenant!.Status!.AuthParams!;
        var held = facts.Identity?.Spec?.AuthParams?.SignedCertificate;
        return new Identity
        {
            Metadata = Meta(key, facts.ProviderId),
            Spec = new IdentitySpec
            {
                ClusterId = facts.ProviderId,
                Type = Identity.ControlPlane,
                AuthParams = offered with
                {
                    SignedCertificate = IsNoWorse(held, offered.SignedCertificate, facts)
                        ? held
                        : offered.SignedCertificate,
                },
                Namespace = facts.Tenant.Status.TenantNamespace,
            },
        };
    }

    /// <summary>Liqo renews the Identity's certificate by itself; what the Tenant shows may be the older one.</summary>
    private static bool IsNoWorse(byte[]? held, byte[]? offered, PeeringFacts facts) =>
        IssuedCertificate.Read(held) is { } own
        && own.IsFor(facts.Credentials.KeyInfo)
        && own.NotAfter >= IssuedCertificate.Read(offered)?.NotAfter;

    private static ObjectMeta Meta(ObjectKey key, string peer) =>
        new()
        {
            Name = key.Name,
            Namespace = key.Namespace,
            Labels = new Dictionary<string, string> { [LiqoNames.RemoteClusterId] = peer },
        };

    /// <summary>A status alone proves nothing: after a change of keys the old one stays until the new one is judged.</summary>
    private static bool IsIssued(PeeringFacts facts) =>
        facts.Tenant?.Status is { TenantNamespace.Length: > 0, AuthParams: { } offered }
        && IssuedCertificate.Read(offered.SignedCertificate)?.IsFor(facts.Credentials.KeyInfo) == true;

    /// <summary>Liqo keeps a slice's certificate request, so that its certificate stays one of the earlier key.</summary>
    private static void ThrowIfBorrowedWithAnotherKey(PeeringFacts facts)
    {
        var slice = facts
            .World.All(ClusterSide.Consumer, Kinds.ResourceSlice)
            .FirstOrDefault(s =>
                s.Namespace == facts.ConsumerNamespace
                && IssuedCertificate.Read(s.Status?.AuthParams?.SignedCertificate) is { } own
                && !own.IsFor(facts.Credentials.KeyInfo)
            );
        if (slice is not null)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.KeyReplaced,
                $"The consumer's key was replaced since it borrowed slice '{slice.Name}' of '{facts.ProviderId}'.",
                "Unpeer, then peer again."
            );
        }
    }

    private static void ThrowIfRejected(PeeringFacts facts)
    {
        if (EventsOf(facts).FirstOrDefault(e => s_verdicts.Contains(e.Reason)) is { } verdict)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.TenantRejected,
                $"The provider rejects tenant '{facts.ConsumerId}': {verdict.Reason}: {verdict.Message}.",
                "The consumer's keys or the nonce changed in between: unpeer, then peer again."
            );
        }
    }

    private static string? LastEvent(PeeringFacts facts) =>
        EventsOf(facts) is [.., var last] ? $"{last.Reason}: {last.Message}" : null;

    private static IReadOnlyList<Event> EventsOf(PeeringFacts facts) =>
        [
            .. facts
                .World.All(ClusterSide.Provider, Kinds.Event)
                .Where(e => e.InvolvedObject?.Kind == Kinds.Tenant.Kind && e.InvolvedObject.Name == facts.ConsumerId),
        ];

    /// <summary>Events alone tell why a Tenant is rejected. A peering user may not see them, and does without.</summary>
    private static Target TenantEvents(PeeringFacts facts, ObjectKey tenant) =>
        new(
            ClusterSide.Provider,
            new Selection(Kinds.Event, facts.ProviderNamespace)
            {
                Fields = $"involvedObject.kind={Kinds.Tenant.Kind},involvedObject.name={facts.ConsumerId}",
            }
        )
        {
            IsOptional = true,
            After = tenant,
            Delay = s_usual,
        };

    /// <summary>A wait for an object, by itself.</summary>
    internal static WaitStep Wait(
        TimeSpan patience,
        ObjectKey key,
        string purpose,
        string lastObserved,
        string remedy
    ) =>
        new(key, purpose)
        {
            Targets = [Target.On(key)],
            Patience = patience,
            LastObserved = lastObserved,
            Remedy = remedy,
        };
}
