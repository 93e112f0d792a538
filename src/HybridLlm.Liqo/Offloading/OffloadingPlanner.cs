using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Offloading;

/// <summary>What is missing for a namespace to be offloaded, or to be no longer. Pure functions of what was seen.</summary>
internal static class OffloadingPlanner
{
    /// <summary>Objects to look at before planning.</summary>
    public static IReadOnlyList<Target> Targets(string ns) => [Target.On(Offloading(ns)), Target.On(Home(ns)), s_peers];

    private static readonly Target s_peers = new(ClusterSide.Consumer, new Selection(Kinds.ForeignCluster));

    /// <summary>Steps still to do until the namespace is offloaded.</summary>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="LiqoRefusedException">What the cluster shows rules it out.</exception>
    public static IEnumerable<PlannedStep> Plan(OffloadingSpec spec, string consumerId, World world)
    {
        InvalidSpecException.ThrowIfAny("The offloading spec", spec.Faults(consumerId));
        var key = Offloading(spec.Namespace);
        var current = (NamespaceOffloading?)world.Find(key);
        const string Purpose = "lets the namespace's pods run on providers";
        ThrowIfImpossible(spec, world, current);
        if (current is { IsGoing: true })
        {
            yield return Gone(key, spec.Patience, current);
            yield return new CreateStep(key, spec.ToObject(), Purpose);
        }
        else if (Ensure.AsWanted(world, key, spec.ToObject(), Purpose) is { } write)
        {
            yield return write;
        }

        if (!IsDone(spec, world, current))
        {
            yield return new WaitStep(key, "the namespace to be made on the providers")
            {
                Targets = [Target.On(key), Target.On(Home(spec.Namespace))],
                Patience = spec.Patience,
                LastObserved = Progress(spec.Namespace, current),
                Remedy =
                    "NoClusterSelected: peer a provider whose node carries the wanted labels. InProgress: look at the "
                    + "NamespaceMap in its tenant namespace.",
            };
        }
    }

    /// <summary>Steps still to do until the namespace is no longer offloaded.</summary>
    /// <exception cref="LiqoRefusedException">A provider that holds its namespace does not answer.</exception>
    public static IEnumerable<PlannedStep> PlanRemoval(string ns, TimeSpan patience, World world)
    {
        var key = Offloading(ns);
        if (world.Find(key) is not NamespaceOffloading current)
        {
            yield break;
        }

        if (!current.IsGoing)
        {
            yield return new DeleteStep(key, "deletes the namespace, and what is in it, on the providers");
        }
        else if (Dead(current, world) is { Count: > 0 } dead)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.ProviderUnreachable,
                $"The offloading of '{ns}' cannot end: {string.Join(", ", dead)} does not answer.",
                "It ends by itself once the provider is unpeered by ForcedPeeringRemover, or answers again."
            );
        }

        yield return Gone(key, patience, current) with
        {
            Targets = [Target.On(key), s_peers],
        };
    }

    private static void ThrowIfImpossible(OffloadingSpec spec, World world, NamespaceOffloading? current)
    {
        if (world.Find(Home(spec.Namespace)) is null or { IsGoing: true })
        {
            throw new LiqoRefusedException(
                LiqoRefusal.NamespaceMissing,
                $"The consumer has no namespace '{spec.Namespace}', or it is being deleted.",
                "Create the namespace first."
            );
        }

        var wanted = spec.ToObject().Spec!;
        if (current is { IsGoing: false, Spec: { } has })
        {
            if (
                has.NamespaceMappingStrategy != wanted.NamespaceMappingStrategy
                || (has.RemoteNamespaceName ?? "") != (wanted.RemoteNamespaceName ?? "")
            )
            {
                throw new LiqoRefusedException(
                    LiqoRefusal.OffloadingImmutable,
                    $"'{spec.Namespace}' is offloaded by {has.NamespaceMappingStrategy} {has.RemoteNamespaceName}".TrimEnd()
                        + ", which cannot be changed.",
                    "Remove the offloading first; that deletes the namespace on the providers."
                );
            }

            var status = OffloadingStatus.Of(spec.Namespace, current);
            if (status.Phase is OffloadingPhase.SomeFailed or OffloadingPhase.AllFailed && IsCurrent(current))
            {
                throw new LiqoRefusedException(
                    LiqoRefusal.OffloadingFailed,
                    $"'{spec.Namespace}' could not be made on every provider: {Progress(spec.Namespace, current)}.",
                    "With EnforceSameName the provider may have such a namespace of its own; choose another mapping."
                );
            }
        }
    }

    private static bool IsDone(OffloadingSpec spec, World world, NamespaceOffloading? current)
    {
        if (current is null or { IsGoing: true } || !IsCurrent(current))
        {
            return false;
        }

        // Pods made before the label are never offloaded, so being told too early would strand them.
        var isMarked =
            spec.Pods == PodPlacement.Local
            || world.Find(Home(spec.Namespace))?.Label(LiqoLabels.SchedulingEnabled) == "true";
        return OffloadingStatus.Of(spec.Namespace, current).Phase switch
        {
            OffloadingPhase.Ready => isMarked,
            OffloadingPhase.NoClusterSelected => spec.MayWaitForCluster,
            _ => false,
        };
    }

    private static bool IsCurrent(NamespaceOffloading current) =>
        current.Status is { } status
        && (status.ObservedGeneration is null || status.ObservedGeneration == current.Metadata.Generation);

    private static string Progress(string ns, NamespaceOffloading? current)
    {
        var status = OffloadingStatus.Of(ns, current);
        var clusters = status.Clusters.Where(c => c.IsSelected).Select(c => $"{c.ProviderId}: {c.Message}");
        return string.Join("; ", clusters.Prepend($"phase {status.Phase}"));
    }

    /// <summary>Providers of the namespace that do not answer; a NamespaceMap bears its provider's id.</summary>
    private static List<string> Dead(NamespaceOffloading current, World world) =>
        [
            .. (current.Status?.RemoteNamespacesConditions?.Keys ?? [])
                .Where(id =>
                    world.Find(ClusterSide.Consumer, Kinds.ForeignCluster, null, id)?.ApiServerAnswers == false
                )
                .Order(StringComparer.Ordinal),
        ];

    private static WaitStep Gone(ObjectKey key, TimeSpan patience, NamespaceOffloading current) =>
        new(key, "the offloading to be undone")
        {
            Targets = [Target.On(key)],
            Patience = patience,
            LastObserved = Progress(key.Namespace!, current),
            Remedy = "See what holds the namespace on the provider; pods with finalizers are the usual reason.",
        };

    /// <summary>The offloading of a namespace; null when it is not offloaded.</summary>
    public static NamespaceOffloading? Find(string ns, World world) => (NamespaceOffloading?)world.Find(Offloading(ns));

    private static ObjectKey Offloading(string ns) =>
        new(ClusterSide.Consumer, Kinds.NamespaceOffloading, ns, LiqoNames.Offloading);

    private static ObjectKey Home(string ns) => new(ClusterSide.Consumer, Kinds.Namespace, null, ns);
}
