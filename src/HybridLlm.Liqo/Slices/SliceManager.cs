using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Slices;

/// <summary>
/// Asks providers for further shares of their resources, makes them larger or smaller, and gives them back. It works with the consumer
/// alone, which is authenticated with the provider.
/// </summary>
public sealed class SliceManager
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly LiqoCluster _consumer;
    private readonly ILogger<SliceManager> _logger;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="consumer">The cluster that uses others' resources.</param>
    public SliceManager(LiqoCluster consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        _consumer = consumer;
        _logger = consumer.Logger<SliceManager>();
    }

    /// <summary>Creates or resizes a slice and waits until the provider grants it and its node, if wanted, is Ready with it.</summary>
    /// <param name="spec">The slice wanted.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    public LiqoOperation Ensure(SliceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The slice spec", spec.Faults());
        return Operation(
            $"slice '{spec.SliceName}' of '{spec.ProviderId}'",
            spec.ProviderId,
            f => [Target.On(Node(spec.SliceName)), Target.On(Peer(f.ProviderId))],
            f => [Target.On(Slice(f, spec.SliceName))],
            f =>
            {
                ThrowIfUnknown(f);
                return [.. SlicePlanner.Steps(spec, f)];
            }
        );
    }

    /// <summary>Gives a slice back and waits until it and its node are gone; the peering stays.</summary>
    /// <param name="providerId">Id of the provider.</param>
    /// <param name="name">Name of the slice; null takes the provider's id.</param>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    public LiqoOperation Delete(string providerId, string? name = null, TimeSpan? patience = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(providerId);
        var slice = name ?? providerId;
        return Operation(
            $"the end of slice '{slice}' of '{providerId}'",
            providerId,
            f => [Target.On(Node(slice)), Target.On(Peer(f.ProviderId))],
            f => [Target.On(Slice(f, slice)), Target.On(VirtualNode(f, slice))],
            f => [.. Removal(slice, patience ?? s_patience, f)]
        );
    }

    /// <summary>Every slice the consumer asked for, by name. Reads only.</summary>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="KubernetesCallException">The cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task<IReadOnlyList<SliceStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        Selection wishes = new(Kinds.ResourceSlice) { Labels = $"{LiqoNames.Replication}=true" };
        var found = await _consumer.Port.ListAsync(wishes, cancellationToken).ConfigureAwait(false);
        return
        [
            .. found.Items.Cast<ResourceSlice>().Select(SliceStatus.Of).OrderBy(s => s.Name, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<PlannedStep> Removal(string name, TimeSpan patience, PairFacts facts)
    {
        var (slice, virtualNode, node) = (Slice(facts, name), VirtualNode(facts, name), Node(name));
        if (facts.Slice(name) is { IsGoing: false })
        {
            yield return new DeleteStep(slice, "gives back what was lent; its virtual node goes with it");
        }

        List<ObjectKey> left =
        [
            .. new[] { slice, virtualNode, node }.Where(k => facts.World.Find(k) is not null && IsOfPeer(facts, k)),
        ];
        if (left.Count == 0)
        {
            yield break;
        }

        if (facts.ForeignCluster?.ApiServerAnswers == false)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.ProviderUnreachable,
                $"'{facts.ProviderId}' does not answer the consumer, so its slice cannot be taken back.",
                "Wait until it answers again. If it is gone for good, use ForcedPeeringRemover."
            );
        }

        yield return new WaitStep(slice, "it and its node to be gone")
        {
            Targets = [.. left.Select(Target.On), Target.On(Peer(facts.ProviderId))],
            Patience = patience,
            LastObserved = string.Join(
                "; ",
                left.Select(k => $"{k.Kind} {k.Name} is held by {facts.World.Find(k)!.Holders}")
            ),
            Remedy = "Pods that cannot be evicted are the usual reason; look at those on the virtual node.",
        };
    }

    private static bool IsOfPeer(PairFacts facts, ObjectKey key) =>
        facts.World.Find(key)?.Label(LiqoNames.RemoteClusterId) == facts.ProviderId;

    /// <summary>A slice of a provider that never let the consumer in would wait for ever.</summary>
    private static void ThrowIfUnknown(PairFacts facts)
    {
        if (facts.TenantNamespacesOf(ClusterSide.Consumer).Count == 0)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.TenantMissing,
                $"The consumer is not peered with '{facts.ProviderId}'.",
                "Peer with PeeringProvisioner, or authenticate with PeeringAuthenticator, first."
            );
        }
    }

    private LiqoOperation Operation(
        string name,
        string providerId,
        Func<PairFacts, IEnumerable<Target>> first,
        Func<PairFacts, IEnumerable<Target>> then,
        Func<PairFacts, IReadOnlyList<PlannedStep>> plan
    ) => new PairReader(_consumer, provider: null, providerId).Operation(name, _logger, first, then, plan);

    private static ObjectKey Slice(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.ResourceSlice, facts.ConsumerNamespace, name);

    private static ObjectKey VirtualNode(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.VirtualNode, facts.ConsumerNamespace, name);

    private static ObjectKey Node(string name) => new(ClusterSide.Consumer, Kinds.Node, null, name);

    private static ObjectKey Peer(string id) => new(ClusterSide.Consumer, Kinds.ForeignCluster, null, id);
}
