using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Observing;

/// <summary>Something to look at: objects of a kind on one of the two clusters.</summary>
internal sealed record Target(ClusterSide Cluster, Selection Selection)
{
    /// <summary>Whether being refused or finding no such API means that there is nothing, rather than a failure.</summary>
    public bool IsOptional { get; init; }

    /// <summary>
    /// Only what happens after this object was last seen to change is of interest, as with events: an old one would speak
    /// of a fault that is mended. Null when all is.
    /// </summary>
    public ObjectKey? After { get; init; }

    /// <summary>
    /// How long a wait lasts before this is looked at as well. What only tells why something is late costs nothing while nothing is;
    /// a wait of little patience begins with it halfway.
    /// </summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The object of a key.</summary>
    public static Target On(ObjectKey key) =>
        new(key.Cluster, new Selection(key.Kind, key.Namespace) { Name = key.Name });

    /// <summary>
    /// The object of a key that has a label, or is still to come with it. The label tells it from other people's, so that several waits of
    /// the sort can share a watch.
    /// </summary>
    public static Target On(ObjectKey key, string label, ClusterObject? known) =>
        known is null || known.Label(label) is not null
            ? new(key.Cluster, new Selection(key.Kind, key.Namespace) { Name = key.Name, Labels = label })
            : On(key);
}
