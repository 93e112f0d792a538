using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Liqo.Networking;

namespace HybridLlm.Testing.Liqo;

/// <summary>What Liqo's controllers in one cluster share.</summary>
internal sealed class LiqoContext
{
    private readonly Lock _gate = new();
    private readonly List<(Uri Address, EmulatedCluster Cluster)> _routes = [];
    private readonly EmulatedCluster _cluster;
    private ClusterKeys _keys;

    public LiqoContext(EmulatedCluster cluster, EmulatedLiqoOptions options)
    {
        _cluster = cluster;
        Options = options;
        _keys = ClusterKeys.Create(options.UsesRsaKeys);
        Client = new ClusterClient(cluster.State, "liqo-controller-manager");
        Recorder = new Recorder(Client, "liqo-controller-manager");
        Patience = new Patience(cluster.State.Time);
    }

    public EmulatedLiqoOptions Options { get; }

    public string ClusterId => Options.ClusterId;

    /// <summary>The cluster's keys as its Secret holds them now.</summary>
    public ClusterKeys Keys
    {
        get
        {
            var secret = Client.Find("v1", "Secret", Options.Namespace, LiqoNames.KeysSecret);
            if (secret.TextAt("data", "privateKey") is { } encoded)
            {
                var pem = Encoding.ASCII.GetString(Convert.FromBase64String(encoded));
                _keys = pem == _keys.PrivatePem ? _keys : ClusterKeys.Load(pem);
            }

            return _keys;
        }
    }

    public ClusterClient Client { get; }

    public Recorder Recorder { get; }

    public Patience Patience { get; }

    public ClusterState State => _cluster.State;

    public DateTimeOffset Now => State.Now;

    public string NowText => State.NowText;

    public string ApiServer => (Options.ApiServerAddress ?? _cluster.Server).AbsoluteUri.TrimEnd('/');

    public IReadOnlyList<EmulatedCluster> Neighbours
    {
        get
        {
            lock (_gate)
            {
                return [.. _routes.Select(r => r.Cluster)];
            }
        }
    }

    public void AddRoute(Uri address, EmulatedCluster cluster)
    {
        lock (_gate)
        {
            _routes.Insert(0, (address, cluster));
        }
    }

    /// <summary>Whether anybody who is alive answers at an address; with another authority than expected nobody does.</summary>
    public EmulatedCluster? Reach(string? address, string? authorityPem)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var wanted))
        {
            return null;
        }

        lock (_gate)
        {
            return _routes
                .Where(r => r.Address.Authority == wanted.Authority)
                .Select(r => r.Cluster)
                .FirstOrDefault(c =>
                    c.IsAlive
                    && (authorityPem is null || authorityPem.Trim() == c.Authorities.ServerAuthorityPem.Trim())
                );
        }
    }

    /// <summary>The same through a peer's proxy when there is one: then the tunnel has to be up.</summary>
    public EmulatedCluster? Reach(string remoteId, string? address, string? authorityPem, string? proxy) =>
        proxy is null ? Reach(address, authorityPem)
        : Tunnel.LeadsTo(this, remoteId, proxy) && authorityPem is not null
            ? Neighbours.FirstOrDefault(c =>
                c.IsAlive && authorityPem.Trim() == c.Authorities.ServerAuthorityPem.Trim()
            )
        : null;

    /// <summary>The way to a provider by the kubeconfig of its control-plane identity; null when there is none, or nobody answers.</summary>
    public RemoteCluster? Remote(string remoteId) =>
        ReplicatorSecret(remoteId) is { } secret
        && secret.TextAt("data", "kubeconfig") is { } kubeconfig
        && RemoteKubeconfig.Read(Encoding.UTF8.GetString(Convert.FromBase64String(kubeconfig)))
            is var (server, authority, proxy)
        && Reach(remoteId, server, authority, proxy) is { } cluster
            ? new RemoteCluster(
                new ClusterClient(cluster.State, "liqo-crd-replicator"),
                cluster,
                secret.Annotation(LiqoNames.RemoteTenantNamespace) ?? ""
            )
            : null;

    /// <summary>The Secret whose being there makes objects replicate to a provider.</summary>
    public JsonObject? ReplicatorSecret(string remoteId) =>
        Client
            .List("v1", "Secret")
            .FirstOrDefault(s =>
                s.Label(LiqoNames.IdentityType) == "ControlPlane" && s.Label(LiqoNames.RemoteId) == remoteId
            );

    public JsonObject? ForeignCluster(string remoteId) => Client.Find(LiqoNames.Core, "ForeignCluster", "", remoteId);

    /// <summary>Whether a provider is given up: marked as gone for good, and not answering.</summary>
    public bool IsDead(string remoteId) =>
        ForeignCluster(remoteId) is not { } foreign
        || (
            foreign.Annotation(LiqoNames.Unreachable) == "true"
            && !foreign
                .ObjectsAt("status", "conditions")
                .Any(c => c.TextAt("type") == "APIServerStatus" && c.TextAt("status") == "Established")
        );

    /// <summary>A namespaced object of Liqo's with a name, for filling in.</summary>
    public static JsonObject New(
        string apiVersion,
        string kind,
        string ns,
        string name,
        params (string, string)[] labels
    )
    {
        var o = FirstObjects.New(apiVersion, kind, name, ns);
        if (labels.Length > 0)
        {
            o.Metadata()["labels"] = labels.Select(l => KeyValuePair.Create(l.Item1, l.Item2)).ToMap();
        }

        return o;
    }
}

/// <summary>A provider that answers.</summary>
/// <param name="Client">The way to its objects.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="TenantNamespace">Its namespace for this consumer.</param>
internal sealed record RemoteCluster(ClusterClient Client, EmulatedCluster Cluster, string TenantNamespace);
