using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Peering;

/// <summary>How a consumer proves its key: the provider makes a nonce, the consumer's controller signs it.</summary>
internal static class NoncePlanner
{
    public static IEnumerable<PlannedStep> Steps(TimeSpan patience, PeeringFacts facts)
    {
        var nonce = facts.Nonce?.Value(SecretKeys.Nonce);
        ObjectKey asked = new(ClusterSide.Provider, Kinds.Secret, facts.ProviderNamespace, LiqoNames.NonceSecret);
        if (facts.Nonce is null)
        {
            var body = Secret(asked, LiqoNames.Nonce, facts.ConsumerId, data: null);
            yield return new CreateStep(asked, body, "asks the provider for a nonce");
        }

        if (nonce is null)
        {
            yield return AuthenticationPlanner.Wait(
                patience,
                asked,
                "the provider's nonce",
                "the Secret holds no nonce yet",
                "Look at the events of the Secret and at Liqo's controller manager on the provider."
            );
        }

        ObjectKey answered = new(
            ClusterSide.Consumer,
            Kinds.Secret,
            facts.ConsumerNamespace,
            LiqoNames.SignedNonceSecret
        );
        if (facts.SignedNonce is null)
        {
            var body = nonce is null
                ? null
                : Secret(answered, LiqoNames.SignedNonce, facts.ProviderId, new() { [SecretKeys.Nonce] = nonce });
            yield return new CreateStep(answered, body, "gives the nonce to the consumer to sign");
        }

        if (facts.Signature is null)
        {
            if (facts.SignedNonce?.Value(SecretKeys.SignedNonce) is not null)
            {
                JsonObject patch = new() { ["data"] = new JsonObject { [SecretKeys.SignedNonce] = null } };
                yield return new UpdateStep(answered, patch, "has the consumer sign with the key it has now");
            }

            yield return AuthenticationPlanner.Wait(
                patience,
                answered,
                "the consumer's signature",
                "the Secret holds no signature yet",
                "Look at the events of the Secret and at Liqo's controller manager on the consumer."
            ) with
            {
                Targets = [Target.On(answered, LiqoNames.SignedNonce, facts.SignedNonce)],
            };
        }
    }

    private static Secret Secret(ObjectKey key, string role, string peer, Dictionary<string, byte[]>? data) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Labels = new Dictionary<string, string> { [role] = "true", [LiqoNames.RemoteClusterId] = peer },
            },
            Data = data,
            Type = "Opaque",
        };
}
