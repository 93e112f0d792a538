using HybridLlm.Applying;
using HybridLlm.Liqo;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Specs;

namespace HybridLlm.Federating;

/// <summary>The homelab's Kubernetes, which each GPU cluster joins and leaves.</summary>
internal sealed class Federation : IDisposable
{
    private readonly HomelabLink _link;

    public Federation(ClusterContext context, FederationSpec spec)
    {
        _link = new HomelabLink(context, spec);
        Checks = new PeeringChecks(context, spec, _link);
        Joining = new ClusterJoining(context, spec, _link, Checks);
        Parting = new ClusterParting(context, spec, _link);
    }

    public PeeringChecks Checks { get; }

    public ClusterJoining Joining { get; }

    public ClusterParting Parting { get; }

    /// <summary>Whether the homelab can take part.</summary>
    /// <exception cref="LiqoException">It does not answer, or has no Liqo that suits.</exception>
    public Task<LiqoCluster> ConnectAsync(CancellationToken cancellationToken) => _link.ConnectAsync(cancellationToken);

    public void Dispose() => _link.Dispose();
}
