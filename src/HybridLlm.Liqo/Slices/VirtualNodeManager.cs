using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Slices;

/// <summary>
/// Virtual nodes by hand, for slices asked for without one; and nodes that take no new pods. It works with the consumer alone.
/// </summary>
public sealed class VirtualNodeManager
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly LiqoCluster _consumer;
    private readonly ILogger<VirtualNodeManager> _logger;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="consumer">The cluster that uses others' resources.</param>
    public VirtualNodeManager(LiqoCluster consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        _consumer = consumer;
        _logger = consumer.Logger<VirtualNodeManager>();
    }

    /// <summary>Creates or changes a virtual node and waits until it is Ready.</summary>
    /// <param name="spec">The node wanted.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    public LiqoOperation Ensure(VirtualNodeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The virtual node spec", spec.Faults());
        return Operation(
            $"virtual node '{spec.Name}'",
            spec.ProviderId,
            spec.Name,
            spec,
            f => [.. VirtualNodePlanner.Steps(spec, f)]
        );
    }

    /// <summary>Deletes a virtual node, whose pods are evicted, and waits until it is gone; its slice stays.</summary>
    /// <param name="providerId">Id of the provider.</param>
    /// <param name="name">Name of the node.</param>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    public LiqoOperation Delete(string providerId, string name, TimeSpan? patience = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(providerId);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Operation(
            $"the end of virtual node '{name}'",
            providerId,
            name,
            spec: null,
            f => [.. VirtualNodePlanner.Removal(name, patience ?? s_patience, f)]
        );
    }

    /// <summary>Keeps new pods away from a virtual node; those there stay.</summary>
    /// <param name="providerId">Id of the provider.</param>
    /// <param name="name">Name of the node.</param>
    public LiqoOperation Cordon(string providerId, string name) => Scheduling(providerId, name, isCordoned: true);

    /// <summary>Lets new pods on a virtual node again.</summary>
    /// <param name="providerId">Id of the provider.</param>
    /// <param name="name">Name of the node.</param>
    public LiqoOperation Uncordon(string providerId, string name) => Scheduling(providerId, name, isCordoned: false);

    private LiqoOperation Scheduling(string providerId, string name, bool isCordoned)
    {
        ArgumentException.ThrowIfNullOrEmpty(providerId);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Operation(
            $"{(isCordoned ? "the cordon" : "the end of the cordon")} of node '{name}'",
            providerId,
            name,
            spec: null,
            f =>
                f.Node(name) is { } node && (node.Spec?.Unschedulable == true) != isCordoned
                    ? [NodeCordon.Step(node, isCordoned)]
                    : []
        );
    }

    private LiqoOperation Operation(
        string operation,
        string providerId,
        string name,
        VirtualNodeSpec? spec,
        Func<PairFacts, IReadOnlyList<PlannedStep>> plan
    ) =>
        new PairReader(_consumer, provider: null, providerId).Operation(
            operation,
            _logger,
            _ => [Target.On(VirtualNodePlanner.NodeKey(name))],
            f => VirtualNodePlanner.Targets(f, name, spec),
            plan
        );
}
