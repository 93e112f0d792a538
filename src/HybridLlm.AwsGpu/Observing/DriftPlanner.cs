using HybridLlm.AwsGpu.Fleets;
using static System.FormattableString;

namespace HybridLlm.AwsGpu.Observing;

/// <summary>Compares what is there with what is known and wanted. Pure.</summary>
public static class DriftPlanner
{
    /// <summary>
    /// How long an instance may be unknown, or past its end, before it counts: a launch of this very moment is journalled as soon as it is
    /// answered, and a dead-man's switch looks every ten seconds.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Every difference, by kind and subject; empty when all is as it should be.</summary>
    /// <param name="known">Nodes the journal knows.</param>
    /// <param name="observed">What was read.</param>
    public static IReadOnlyList<Drift> Compare(IReadOnlyList<KnownNode> known, ObservedCluster observed)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(observed);
        var nodes = observed.Instances.Where(i => i.Component == ResourceComponents.Node).ToList();
        return
        [
            .. nodes
                .SelectMany(n => OfNode(n, known, observed.ReadAt))
                .Concat(Doubles(nodes))
                .Concat(known.SelectMany(k => Missing(k, nodes)))
                .Concat((observed.Network?.Steps ?? []).Select(s => Step(DriftKind.Network, s.ToString())))
                .Concat((observed.Lighthouse?.Steps ?? []).Select(s => Step(DriftKind.Lighthouse, s.ToString())))
                .Concat((observed.Bucket?.Steps ?? []).Select(s => Step(DriftKind.Bucket, s.ToString())))
                .OrderBy(d => d.Kind)
                .ThenBy(d => d.Subject, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The instances to end now: nodes of the owner that no known intent explains for longer than <see cref="Grace"/>, and nodes that outlived
    /// their lease or their end, known or not. Lighthouses are never among them.
    /// </summary>
    /// <param name="known">Nodes the journal knows.</param>
    /// <param name="instances">Every instance of the owner.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<InstanceStatus> Garbage(
        IReadOnlyList<KnownNode> known,
        IReadOnlyList<InstanceStatus> instances,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(instances);
        return
        [
            .. instances.Where(i =>
                i.Component == ResourceComponents.Node
                && i.Phase is not (InstancePhase.Terminated or InstancePhase.ShuttingDown)
                && (IsOverdue(i, now) || (!IsKnown(i, known) && i.LaunchedAt + Grace <= now))
            ),
        ];
    }

    private static IEnumerable<Drift> OfNode(InstanceStatus node, IReadOnlyList<KnownNode> known, DateTimeOffset now)
    {
        if (node.Phase is InstancePhase.Stopped or InstancePhase.Stopping)
        {
            yield return new Drift(
                DriftKind.StoppedNode,
                node.InstanceId,
                $"{node.InstanceId} is stopped; its disk is charged.",
                "End it; nodes are never started again."
            );
        }

        if (!node.IsAlive)
        {
            yield break;
        }

        if (!IsKnown(node, known) && node.LaunchedAt + Grace <= now)
        {
            yield return new Drift(
                DriftKind.UnknownNode,
                node.InstanceId,
                Invariant(
                    $"{node.InstanceId} of {node.LaunchedAt:u} answers no known intent ({node.IntentId ?? "it names none"})."
                ),
                "End it, or restore the journal that knows it."
            );
        }

        if (IsOverdue(node, now))
        {
            yield return new Drift(
                DriftKind.OverdueNode,
                node.InstanceId,
                Invariant(
                    $"{node.InstanceId} lives at {now:u}; its lease ended at {node.LeaseUntil:u}, its life at {node.ExpiresAt:u}."
                ),
                "End it: its dead-man's switch did not fire."
            );
        }

        if (node.LeaseUntil is null || node.ExpiresAt is null)
        {
            yield return new Drift(
                DriftKind.NodeWithoutEnd,
                node.InstanceId,
                $"{node.InstanceId} lacks its lease or its absolute end.",
                "Find out who removed its tags; the node itself holds to the last lease it read."
            );
        }

        if (!node.MetadataNeedsToken || node.MetadataHopLimit > 1)
        {
            yield return new Drift(
                DriftKind.OpenMetadata,
                node.InstanceId,
                $"The metadata service of {node.InstanceId} answers without a token or beyond the instance.",
                "Require session tokens and a hop limit of 1 (ModifyInstanceMetadataOptions), and find out who changed it."
            );
        }
    }

    private static IEnumerable<Drift> Doubles(IEnumerable<InstanceStatus> nodes) =>
        nodes
            .Where(n => n.IsAlive && n.IntentId is not null)
            .GroupBy(n => n.IntentId)
            .SelectMany(g => g.OrderBy(n => n.LaunchedAt).ThenBy(n => n.InstanceId, StringComparer.Ordinal).Skip(1))
            .Select(n => new Drift(
                DriftKind.DoubleNode,
                n.InstanceId,
                $"{n.InstanceId} answers intent {n.IntentId} as an older instance does.",
                "End it; the older one is the intent's."
            ));

    private static IEnumerable<Drift> Missing(KnownNode known, IEnumerable<InstanceStatus> nodes)
    {
        if (known.InstanceId is null || nodes.Any(n => n.InstanceId == known.InstanceId && n.IsAlive))
        {
            yield break;
        }

        var ended = nodes.FirstOrDefault(n => n.InstanceId == known.InstanceId);
        yield return new Drift(
            DriftKind.MissingNode,
            known.InstanceId,
            ended is null
                ? $"EC2 does not show {known.InstanceId}, which answered intent {known.IntentId}."
                : $"{known.InstanceId}, which answered intent {known.IntentId}, is {ended.Phase} ({ended.StateReason ?? "no reason given"}).",
            "Launch the next attempt if the node is still wanted."
        );
    }

    private static Drift Step(DriftKind kind, string step) =>
        new(kind, step, $"{step} is needed.", "Apply a new plan; find out who changed it if nobody of yours did.");

    private static bool IsKnown(InstanceStatus node, IReadOnlyList<KnownNode> known) =>
        known.Any(k => k.InstanceId == node.InstanceId || k.IntentId == node.IntentId);

    private static bool IsOverdue(InstanceStatus node, DateTimeOffset now) =>
        node.LeaseUntil + Grace <= now || node.ExpiresAt + Grace <= now;
}
