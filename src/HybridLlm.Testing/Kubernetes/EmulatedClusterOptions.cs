using HybridLlm.Testing.Kubernetes.Nodes;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>How an <see cref="EmulatedCluster"/> behaves.</summary>
public sealed class EmulatedClusterOptions
{
    /// <summary>
    /// The clock everything follows: a <see cref="Simulation.VirtualClock"/>, a fake, or the system's, which is the default. TLS itself
    /// goes by the machine's clock.
    /// </summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>
    /// How far the cluster's own clock is ahead of <see cref="Time"/>; negative when it is behind. What it writes and judges goes by it;
    /// how long it waits does not.
    /// </summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>
    /// Folder with a real <c>kube-apiserver</c>, <c>etcd</c> and <c>kube-controller-manager</c> of Kubernetes 1.20 to 1.36, as
    /// <c>KUBEBUILDER_ASSETS</c> names it and <c>eng/tools.sh --full</c> makes it. They then take the place of the emulated API server;
    /// nodes, pods, the scheduler and the signing of certificates stay emulated. Null emulates everything.
    /// </summary>
    public string? ApiServerBinaries { get; set; }

    /// <summary>Its certificate authorities, disposed by their owner; null makes new ones.</summary>
    public ClusterAuthorities? Authorities { get; set; }

    /// <summary>Name in the kubeconfigs it hands out.</summary>
    public string Name { get; set; } = "emulated";

    /// <summary>
    /// Host names and addresses its certificate holds for besides 127.0.0.1 and localhost, as k3s's <c>--tls-san</c>: those by which
    /// clients reach it through a mesh.
    /// </summary>
    public IReadOnlyList<string> TlsNames { get; set; } = [];

    /// <summary>What <c>/version</c> answers.</summary>
    public string Version { get; set; } = "v1.36.2";

    /// <summary>
    /// Whether a controller manager, a scheduler and kubelets run: garbage collection by ownerReference, finalization of namespaces,
    /// signing of certificates, Deployments that make pods, pods that run. Without it the API server is alone.
    /// </summary>
    public bool Controllers { get; set; } = true;

    /// <summary>Its nodes; none when empty.</summary>
    public IReadOnlyList<EmulatedNode> Nodes { get; set; } = [];

    /// <summary>What runs inside the pods of its nodes; null makes every pod ready with nothing in it.</summary>
    public IPodRuntime? Pods { get; set; }

    /// <summary>How long a node takes to start a pod.</summary>
    public TimeSpan PodStartTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Range of the pods' addresses, IPv4 CIDR of at most /16.</summary>
    public string PodCidr { get; set; } = "10.42.0.0/16";

    /// <summary>Range of the services' addresses, IPv4 CIDR of at most /16.</summary>
    public string ServiceCidr { get; set; } = "10.43.0.0/16";
}
