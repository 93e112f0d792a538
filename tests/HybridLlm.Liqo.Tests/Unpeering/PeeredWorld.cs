using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Steps;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Tests.Unpeering;

/// <summary>Two peered clusters with an offloaded pod: names, labels and finalizers as Liqo 1.2 gives them.</summary>
internal static class PeeredWorld
{
    public const string Consumer = "homelab";
    public const string Provider = "aws-gpu-1";
    public const string Tenancy = "liqo-tenant-aws-gpu-1";

    private const string Replica = "crdreplicator.liqo.io/resource";

    public static World Whole { get; } =
        World
            .Empty.With(ClusterSide.Consumer, Kinds.Namespace, Space(Tenancy, Provider))
            .With(ClusterSide.Consumer, Kinds.ResourceSlice, new ResourceSlice { Metadata = Meta(Provider, Replica) })
            .With(
                ClusterSide.Consumer,
                Kinds.VirtualNode,
                new VirtualNode { Metadata = Meta(Provider, "virtualnode-controller.liqo.io/finalizer") }
            )
            .With(ClusterSide.Consumer, Kinds.Node, new Node { Metadata = Meta(Provider) with { Namespace = null } })
            .With(ClusterSide.Consumer, Kinds.Pod, new Pod { Metadata = Meta("ollama") with { Namespace = "llm" } })
            .With(ClusterSide.Consumer, Kinds.NamespaceMap, Plain(Meta(Provider, Replica)))
            .With(
                ClusterSide.Consumer,
                Kinds.Identity,
                new Identity
                {
                    Metadata = Meta("controlplane-aws-gpu-1"),
                    Spec = new IdentitySpec { Type = Identity.ControlPlane },
                }
            )
            .With(ClusterSide.Consumer, Kinds.Renew, Plain(Meta("controlplane-aws-gpu-1", Replica)))
            .With(
                ClusterSide.Consumer,
                Kinds.Secret,
                new Secret { Metadata = Meta("kubeconfig-controlplane-aws-gpu-1", "crdreplicator.liqo.io/operator") }
            )
            .With(
                ClusterSide.Consumer,
                Kinds.ClusterRoleBinding,
                Plain(Meta("liqo-node-aws-gpu-1") with { Namespace = null })
            )
            .With(
                ClusterSide.Consumer,
                Kinds.SigningRequest,
                new SigningRequest
                {
                    Metadata = new ObjectMeta { Name = "csr-g4fdg" },
                    Spec = new SigningRequestSpec { Username = $"system:serviceaccount:{Tenancy}:aws-gpu-1" },
                }
            )
            .With(
                ClusterSide.Consumer,
                Kinds.SigningRequest,
                new SigningRequest
                {
                    Metadata = new ObjectMeta { Name = "csr-other" },
                    Spec = new SigningRequestSpec { Username = "system:node:homelab-1" },
                }
            )
            .With(ClusterSide.Consumer, Kinds.ForeignCluster, Peer("Established"))
            .With(ClusterSide.Provider, Kinds.Namespace, Space("liqo-tenant-homelab", Consumer))
            .With(
                ClusterSide.Provider,
                Kinds.Tenant,
                new Tenant
                {
                    Metadata = Meta(Consumer, "tenant.liqo.io/finalizer") with { Namespace = "liqo-tenant-homelab" },
                }
            );

    /// <summary>The consumer's side of it, some time after the provider vanished.</summary>
    public static World Dead { get; } =
        Whole
            .Without(new ObjectKey(ClusterSide.Provider, Kinds.Namespace, null, "liqo-tenant-homelab"))
            .Without(new ObjectKey(ClusterSide.Provider, Kinds.Tenant, "liqo-tenant-homelab", Consumer))
            .With(ClusterSide.Consumer, Kinds.ForeignCluster, Peer("Error"));

    public static UnpeeringFacts FactsOf(World world) =>
        new()
        {
            ConsumerId = Consumer,
            ProviderId = Provider,
            World = world,
        };

    public static ForeignCluster Peer(string answers) =>
        new()
        {
            Metadata = Meta(Provider, "api-server-checker.liqo.io/finalizer") with { Namespace = null },
            Status = new ForeignClusterStatus
            {
                Conditions = [new Condition { Type = "APIServerStatus", Status = answers }],
            },
        };

    /// <summary>A write as the server does it; a wait as controllers answer it that work.</summary>
    public static World Do(World world, PlannedStep step) =>
        step is WaitStep wait ? Answer(world, wait) : SimulatedServer.Do(world, step);

    /// <summary>The same with controllers that let go of nothing a provider has to agree to.</summary>
    public static World DoStuck(World world, PlannedStep step) =>
        step is WaitStep { YieldsAs: { } name } ? world with { GivenUp = world.GivenUp.Add(name) } : Do(world, step);

    private static World Answer(World world, WaitStep wait)
    {
        foreach (var target in wait.Targets)
        {
            var kind = target.Selection.Kind;
            if (kind != Kinds.ForeignCluster || wait.Object.Kind == Kinds.ForeignCluster)
            {
                world = world
                    .All(target.Cluster, kind)
                    .Aggregate(world, (w, o) => w.Without(ObjectKey.Of(target.Cluster, kind, o)));
            }
        }

        return world;
    }

    private static ObjectMeta Meta(string name, params string[] finalizers) =>
        new()
        {
            Name = name,
            Namespace = Tenancy,
            Finalizers = finalizers,
        };

    private static PlainObject Plain(ObjectMeta meta) => new() { Metadata = meta };

    private static NamespaceObject Space(string name, string peer) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string>
                {
                    ["liqo.io/remote-cluster-id"] = peer,
                    ["liqo.io/tenant-namespace"] = "true",
                },
            },
        };
}
