using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Liqo.Installation;
using HybridLlm.Testing.Liqo.Networking;
using HybridLlm.Testing.Liqo.Offloading;
using HybridLlm.Testing.Liqo.Peering;
using HybridLlm.Testing.Liqo.Replication;

namespace HybridLlm.Testing.Liqo;

/// <summary>
/// Liqo 1.2 in an emulated cluster, whose tunnels carry no packets: its kinds, its installation, and controllers that answer what liqoctl or
/// another client writes the way the real ones were recorded to. Consumer and provider each have one.
/// </summary>
public sealed class EmulatedLiqo : IAsyncDisposable
{
    private readonly LiqoContext _context;
    private readonly ControllerLoop _controllers;

    private EmulatedLiqo(LiqoContext context)
    {
        _context = context;
        _controllers = ControllerLoop.Start(
            context.State.Time,
            () => [context.State.Store, .. context.Neighbours.Select(n => n.State.Store)],
            [
                .. context.Options.HasNetworking ? Network(context) : [],
                new NonceController(context),
                new TenantController(context),
                new IdentityController(context),
                new RenewController(context),
                new LocalSliceController(context),
                new ReplicaSliceController(context),
                new Replicator(context),
                new VirtualNodeController(context),
                new VirtualKubelet(context),
                new PodReflector(context),
                new ShadowPodController(context),
                new NamespaceMapController(context),
                new NamespaceOffloadingController(context),
                new ForeignClusterController(context),
                new ReplicatorStop(context),
            ]
        );
    }

    /// <summary>Its id among its peers.</summary>
    public string ClusterId => _context.ClusterId;

    /// <summary>Where it tells consumers that its API server is.</summary>
    public Uri ApiServer => new(_context.ApiServer);

    /// <summary>Installs Liqo into a cluster and starts its controllers; they end with this object or with the cluster.</summary>
    /// <param name="cluster">The cluster, with its own controllers running.</param>
    /// <param name="options">What it is like; may be changed later for what comes then.</param>
    /// <exception cref="ArgumentException">The cluster runs without controllers, which Liqo needs.</exception>
    public static EmulatedLiqo Install(EmulatedCluster cluster, EmulatedLiqoOptions options)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        if (!cluster.State.Options.Controllers)
        {
            throw new ArgumentException("Liqo needs a cluster whose controllers run.", nameof(cluster));
        }

        LiqoContext context = new(cluster, options);
        LiqoDefinitions.Create(context);
        LiqoObjects.Create(context);
        cluster.State.Add(new LiqoWebhooks(context));
        EmulatedLiqo liqo = new(context);
        cluster.Ending(liqo._controllers);
        return liqo;
    }

    /// <summary>Lets this cluster's controllers reach another cluster's API server at an address.</summary>
    /// <param name="address">Host and port as the other cluster tells them, e.g. <see cref="ApiServer"/> of its Liqo.</param>
    /// <param name="cluster">The cluster there; the latest one added for an address is the one that answers.</param>
    public void AddRoute(Uri address, EmulatedCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(cluster);
        _context.AddRoute(address, cluster);
    }

    private static IEnumerable<IController> Network(LiqoContext context) =>
        [
            new NetworkController(context),
            new ConfigurationController(context),
            .. GatewayKind.All.Select(k => new GatewayController(context, k)),
            .. GatewayKind.All.Select(k => new ConnectionController(context, k)),
        ];

    /// <summary>Stops the controllers, as when their pods die; what is installed stays.</summary>
    public ValueTask DisposeAsync() => _controllers.DisposeAsync();
}
