using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>Tells what a cluster's Liqo is and with whom it is peered. Reads only; what the user may not see is left out.</summary>
public sealed class ClusterInspector
{
    private readonly LiqoCluster _cluster;
    private readonly WorldReader _reader;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="cluster">A consumer, a provider, or both.</param>
    public ClusterInspector(LiqoCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _cluster = cluster;
        _reader = new WorldReader(new ClusterPorts(cluster.Port, provider: null));
    }

    /// <summary>Reads everything at once.</summary>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="KubernetesCallException">The cluster refuses a read for another reason than missing rights.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task<ClusterOverview> ReadAsync(CancellationToken cancellationToken = default)
    {
        var world = await _reader.ReadAsync(World.Empty, Targets(), cancellationToken).ConfigureAwait(false);
        ClusterSurvey manager = new()
        {
            Side = ClusterSide.Consumer,
            Arguments =
            [
                .. All(world, Kinds.Deployment)
                    .Where(d => d.Label(LiqoNames.Component) == "controller-manager")
                    .SelectMany(d => d.Spec?.Template?.Spec?.Containers ?? [])
                    .SelectMany(c => c.Args ?? []),
            ],
        };
        return new ClusterOverview
        {
            Id = _cluster.Id,
            Version = _cluster.Version,
            ApiServer = manager.ApiServer,
            ClusterLabels = Labels(manager.Argument("cluster-labels")),
            UnhealthyPods =
            [
                .. All(world, Kinds.Pod)
                    .Where(p => p.Namespace == _cluster.LiqoNamespace && !p.IsReady)
                    .Select(p => $"{p.Name}: {PodComplaints.Of(p)}"),
            ],
            Ranges =
            [
                .. from network in All(world, Kinds.IpamNetwork)
                where network.Label(LiqoNames.NetworkType) is not null && network.Spec?.Cidr is not null
                select KeyValuePair.Create(network.Label(LiqoNames.NetworkType)!, network.Spec!.Cidr!),
            ],
            Peers = [.. All(world, Kinds.ForeignCluster).Select(p => Peer(p, world))],
            Slices =
            [
                .. All(world, Kinds.ResourceSlice)
                    .Where(s => s.Label(LiqoNames.Replication) == "true")
                    .Select(SliceStatus.Of)
                    .OrderBy(s => s.Name, StringComparer.Ordinal),
            ],
            Certificates =
            [
                .. All(world, Kinds.Identity)
                    .Select(CertificateLife.Of)
                    .OfType<CertificateLife>()
                    .OrderBy(c => c.NotAfter),
            ],
        };
    }

    private IEnumerable<Target> Targets() =>
        new Selection[]
        {
            new(Kinds.Deployment, _cluster.LiqoNamespace),
            new(Kinds.Pod, _cluster.LiqoNamespace),
            new(Kinds.IpamNetwork, _cluster.LiqoNamespace),
            new(Kinds.ForeignCluster),
            new(Kinds.ResourceSlice),
            new(Kinds.Identity),
            new(Kinds.Node) { Labels = LiqoNames.RemoteClusterId },
        }.Select(s => new Target(ClusterSide.Consumer, s) { IsOptional = true });

    private static PeerOverview Peer(ForeignCluster peer, World world)
    {
        var modules = peer.Status?.Modules ?? new Dictionary<string, PeerModule>();
        var nodes = All(world, Kinds.Node).Where(n => n.Label(LiqoNames.RemoteClusterId) == peer.Name && !n.IsReady);
        return new PeerOverview
        {
            Id = peer.Name,
            Role = peer.Status?.Role ?? "Unknown",
            Answers = peer.ApiServerAnswers,
            ApiServer = peer.Status?.ApiServerUrl,
            Modules = modules
                .OrderBy(m => m.Key, StringComparer.Ordinal)
                .ToDictionary(m => m.Key, m => Health(m.Value)),
            Alerts =
            [
                .. modules
                    .Values.SelectMany(m => m.Enabled ? m.Conditions ?? [] : [])
                    .Concat(peer.Status?.Conditions ?? [])
                    .Where(c => !IsWell(c))
                    .Select(c => c.ToString()),
                .. nodes.Select(n => $"node {n.Name}: {n.Readiness?.ToString() ?? "its readiness is not known"}"),
            ],
        };
    }

    private static ModuleHealth Health(PeerModule module) =>
        !module.Enabled ? ModuleHealth.Disabled
        : (module.Conditions ?? []).All(IsWell) ? ModuleHealth.Healthy
        : ModuleHealth.Unhealthy;

    private static bool IsWell(Condition condition) => condition.Status is "Established" or "Ready";

    private static Dictionary<string, string> Labels(string? argument) =>
        (argument ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split('=', 2))
            .Where(l => l.Length == 2)
            .ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);

    private static IReadOnlyList<T> All<T>(World world, ResourceKind<T> kind)
        where T : ClusterObject => world.All(ClusterSide.Consumer, kind);
}
