using HybridLlm.Testing.Kubernetes.Nodes;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>The controllers every cluster has.</summary>
internal static class BuiltInControllers
{
    public static IReadOnlyList<IController> Of(ClusterState cluster) =>
        cluster.Genuine is null ? All(cluster) : BesideRealOnes(cluster);

    // A real controller manager does the rest.
    private static IReadOnlyList<IController> BesideRealOnes(ClusterState cluster) =>
        [new CertificateSigner(cluster), new Scheduler(cluster), new Kubelets(cluster)];

    private static IReadOnlyList<IController> All(ClusterState cluster) =>
        [
            new CertificateSigner(cluster),
            new DeploymentController(cluster),
            new ReplicaSetController(cluster),
            new Scheduler(cluster),
            new Kubelets(cluster),
            new GarbageCollector(cluster),
            new NamespaceController(cluster),
        ];
}
