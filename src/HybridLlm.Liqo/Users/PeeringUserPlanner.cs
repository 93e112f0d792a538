using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Users;

/// <summary>What is missing for a peering user to have a certificate and its rights, or still there of one. Pure.</summary>
internal static class PeeringUserPlanner
{
    private const string Signer = "kubernetes.io/kube-apiserver-client";
    private const string Rbac = "rbac.authorization.k8s.io";

    /// <summary>Objects to look at before planning.</summary>
    public static IReadOnlyList<Target> Targets(string consumerId, string liqoNamespace)
    {
        var component = $"{LiqoNames.Component}=peering-user";
        var mine = $"{LiqoNames.PeeringUser}={LiqoNames.PeeringUserOf(consumerId)}";
        return
        [
            TenantNamespaces.Listed(ClusterSide.Provider, consumerId),
            On(new Selection(Kinds.SigningRequest) { Labels = mine }),
            On(new Selection(Kinds.RoleBinding) { Labels = mine }),
            On(new Selection(Kinds.Role, liqoNamespace) { Labels = component }),
            On(new Selection(Kinds.ClusterRole) { Labels = component }),
        ];
    }

    /// <exception cref="LiqoRefusedException">There is such a user already, or it cannot be made.</exception>
    public static IEnumerable<PlannedStep> Steps(PeeringUserKeys keys, TimeSpan patience, PairFacts facts)
    {
        // Both, or the user was never whole: an attempt was cut off between them.
        List<RoleBinding> others = [.. Bindings(facts).Where(b => !IsFor(b, keys))];
        if (others.Count > 1)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.PeeringUserExists,
                $"'{facts.ConsumerId}' has a peering user on this cluster, whose key cannot be shown again.",
                "Delete it first; its kubeconfig then opens nothing any more."
            );
        }

        var ns = facts.NamespaceOf(ClusterSide.Provider);
        return
        [
            .. TenancyPlanner.StepsOn(ClusterSide.Provider, patience, facts),
            .. Delete(Kinds.RoleBinding, others, "its key was lost with an attempt that was cut off"),
            .. CertificateSteps(keys, patience, facts),
            .. Binding(facts, keys, facts.ProviderLiqoNamespace, "liqo-ns-reader", Kinds.Role),
            .. Binding(facts, keys, ns, "tenant-ns-writer", Kinds.ClusterRole),
        ];
    }

    /// <summary>Takes a user's rights away; its certificate stays valid and opens nothing.</summary>
    public static IEnumerable<PlannedStep> Removal(PairFacts facts) =>
        [
            .. Delete(Kinds.RoleBinding, Bindings(facts), "takes the user's rights away"),
            .. Delete(Kinds.SigningRequest, Requests(facts), "forgets the request"),
        ];

    public static ObjectKey RequestKey(string consumerId) =>
        new(ClusterSide.Provider, Kinds.SigningRequest, null, LiqoNames.PeeringUserOf(consumerId));

    private static IEnumerable<PlannedStep> CertificateSteps(PeeringUserKeys keys, TimeSpan patience, PairFacts facts)
    {
        const string Purpose = "asks for the user's certificate";
        var key = RequestKey(facts.ConsumerId);
        var there = (SigningRequest?)facts.World.Find(key);
        if (there is not null && there.Spec?.Request?.AsSpan().SequenceEqual(keys.Request) != true)
        {
            yield return new DeleteStep(key, "its key was lost with an attempt that was cut off");
            yield return new CreateStep(key, Request(keys, facts), Purpose);
            there = null;
        }
        else if (there is null)
        {
            yield return new CreateStep(key, Request(keys, facts), Purpose);
        }

        if (there?.IsApproved != true)
        {
            yield return new ApproveStep(key, "lets the cluster's authority sign it");
        }

        if (there?.Refusal is { } refusal)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.PeeringUserRefused,
                $"The provider's authority does not sign the certificate of '{keys.UserName}': {refusal}.",
                "Look at the CertificateSigningRequest and at the cluster's controller manager."
            );
        }

        if (there?.Status?.Certificate is null)
        {
            yield return new WaitStep(key, "the certificate")
            {
                Targets = [Target.On(key)],
                Patience = patience,
                LastObserved = there?.IsApproved == true ? "it is approved and not signed" : "it is not approved",
                Remedy =
                    "The cluster's controller manager signs it; a provider that has just booted may need a minute.",
            };
        }
    }

    private static SigningRequest Request(PeeringUserKeys keys, PairFacts facts) =>
        new()
        {
            Metadata = Meta(facts, LiqoNames.PeeringUserOf(facts.ConsumerId), ns: null),
            Spec = new SigningRequestSpec
            {
                Request = keys.Request,
                SignerName = Signer,
                Usages = ["digital signature", "key encipherment", "client auth"],
            },
        };

    private static IEnumerable<PlannedStep> Binding(
        PairFacts facts,
        PeeringUserKeys keys,
        string ns,
        string suffix,
        ResourceKind<PlainObject> kind
    )
    {
        var role =
            (facts.World.All(ClusterSide.Provider, kind) is [var found, ..] ? found : null)
            ?? throw new LiqoRefusedException(
                LiqoRefusal.PeeringUserRefused,
                $"The provider has no {kind.Kind} labelled {LiqoNames.Component}=peering-user.",
                "Install Liqo's chart with authentication.enabled; it brings the roles."
            );
        ObjectKey key = new(
            ClusterSide.Provider,
            Kinds.RoleBinding,
            ns,
            $"{LiqoNames.PeeringUserOf(facts.ConsumerId)}-{suffix}"
        );
        RoleBinding wanted = new()
        {
            Metadata = Meta(facts, key.Name, ns),
            RoleRef = new RoleReference
            {
                ApiGroup = Rbac,
                Kind = kind.Kind,
                Name = role.Name,
            },
            Subjects =
            [
                new RoleSubject
                {
                    ApiGroup = Rbac,
                    Kind = "User",
                    Name = keys.UserName,
                },
            ],
        };
        return facts.World.Find(key) is RoleBinding there && IsFor(there, keys)
            ? []
            : [new CreateStep(key, wanted, $"the user's rights in '{ns}'")];
    }

    private static bool IsFor(RoleBinding binding, PeeringUserKeys keys) =>
        binding.Subjects?.Any(s => s.Name == keys.UserName) == true;

    private static ObjectMeta Meta(PairFacts facts, string name, string? ns) =>
        new()
        {
            Name = name,
            Namespace = ns,
            Labels = new Dictionary<string, string>
            {
                [LiqoNames.PeeringUser] = LiqoNames.PeeringUserOf(facts.ConsumerId),
            },
        };

    private static IReadOnlyList<RoleBinding> Bindings(PairFacts facts) =>
        facts.World.All(ClusterSide.Provider, Kinds.RoleBinding);

    private static IReadOnlyList<SigningRequest> Requests(PairFacts facts) =>
        facts.World.All(ClusterSide.Provider, Kinds.SigningRequest);

    private static IEnumerable<PlannedStep> Delete(
        ResourceKind kind,
        IEnumerable<ClusterObject> held,
        string purpose
    ) => held.Where(o => !o.IsGoing).Select(o => new DeleteStep(ObjectKey.Of(ClusterSide.Provider, kind, o), purpose));

    private static Target On(Selection selection) => new(ClusterSide.Provider, selection);
}
