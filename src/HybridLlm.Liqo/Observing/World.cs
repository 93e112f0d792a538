using System.Collections.Immutable;
using System.Globalization;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Observing;

/// <summary>
/// What was last seen on the two clusters. Immutable; planners are pure functions of it, so going on after a crash is
/// reading it again and planning again.
/// </summary>
internal sealed record World
{
    public static readonly World Empty = new();

    private ImmutableDictionary<ObjectKey, ClusterObject> Objects { get; init; } =
        ImmutableDictionary<ObjectKey, ClusterObject>.Empty;

    private ImmutableDictionary<Target, Listing> Listings { get; init; } = ImmutableDictionary<Target, Listing>.Empty;

    /// <summary>
    /// Steps that came to nothing without ending the operation: a wait that ran out, a deletion that was refused. A planner
    /// then goes another way.
    /// </summary>
    public ImmutableHashSet<string> GivenUp { get; init; } = [];

    public T? Find<T>(ClusterSide cluster, ResourceKind<T> kind, string? ns, string name)
        where T : ClusterObject => (T?)Find(new ObjectKey(cluster, kind, ns, name));

    public ClusterObject? Find(ObjectKey key) => Objects.GetValueOrDefault(key);

    /// <summary>Objects of a kind, by namespace and name.</summary>
    public IReadOnlyList<T> All<T>(ClusterSide cluster, ResourceKind<T> kind)
        where T : ClusterObject => [.. All(cluster, (ResourceKind)kind).Cast<T>()];

    /// <inheritdoc cref="All{T}"/>
    public IReadOnlyList<ClusterObject> All(ClusterSide cluster, ResourceKind kind) =>
        [
            .. Objects
                .Where(o => o.Key.Cluster == cluster && o.Key.Kind == kind)
                .Select(o => o.Value)
                .OrderBy(o => o.Namespace, StringComparer.Ordinal)
                .ThenBy(o => o.Name, StringComparer.Ordinal),
        ];

    public World With(ClusterSide cluster, ResourceKind kind, ClusterObject value) =>
        this with
        {
            Objects = Objects.SetItem(ObjectKey.Of(cluster, kind, value), value),
        };

    public World Without(ObjectKey key) => this with { Objects = Objects.Remove(key) };

    /// <summary>
    /// What a listing of the target brought replaces what was known of it, but for what this process wrote after the listing was made.
    /// </summary>
    public World WithListing(Target target, ObjectList list)
    {
        var listed = list.Items.ToDictionary(i => ObjectKey.Of(target.Cluster, target.Selection.Kind, i));
        var known = Listings.GetValueOrDefault(target)?.Keys ?? [];
        var missing = (target.Selection.Name is { } name ? known.Add(KeyOf(target, name)) : known).Except(listed.Keys);
        var gone = missing.Where(k => list == ObjectList.Nothing || !IsNewer(k, list.ResourceVersion)).ToList();
        return this with
        {
            Objects = Objects
                .RemoveRange(gone)
                .SetItems(listed.Where(l => !IsNewer(l.Key, l.Value.Metadata.ResourceVersion))),
            Listings = Listings.SetItem(
                target,
                new Listing(list.ResourceVersion, [.. listed.Keys, .. missing.Except(gone).Where(known.Contains)])
            ),
        };
    }

    /// <summary>Whether a listing of the target was granted, so that what it did not bring is not there.</summary>
    public bool IsListed(Target target) =>
        Listings.TryGetValue(target, out var listing) && listing.ResourceVersion != ObjectList.Nothing.ResourceVersion;

    /// <summary>What a watch of the target brought.</summary>
    public World WithChange(Target target, WatchChange change)
    {
        if (change.Object is not { } value)
        {
            return this;
        }

        var key = ObjectKey.Of(target.Cluster, target.Selection.Kind, value);
        if (IsNewer(key, value.Metadata.ResourceVersion))
        {
            return this;
        }

        var world = change.IsGone ? Without(key) : With(key.Cluster, key.Kind, value);
        var listing = Listings.GetValueOrDefault(target) ?? Listing.NotYet;
        var keys = change.IsGone ? listing.Keys.Remove(key) : listing.Keys.Add(key);
        return world with { Listings = Listings.SetItem(target, listing with { Keys = keys }) };
    }

    /// <summary>
    /// Version to watch the target from, so that nothing in between is missed; null when nothing of it was seen, and the
    /// watch begins with what is there.
    /// </summary>
    public string? VersionOf(Target target) =>
        target.After is { } after ? Find(after)?.Metadata.ResourceVersion
        : target.Selection.Name is { } name ? Find(KeyOf(target, name))?.Metadata.ResourceVersion
        : Listings.GetValueOrDefault(target)?.ResourceVersion;

    /// <summary>Whether more is known of an object already: a watch may still deliver what came before this process's own write.</summary>
    private bool IsNewer(ObjectKey key, string? version) =>
        ulong.TryParse(
            Find(key)?.Metadata.ResourceVersion,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var known
        )
        && ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
        && seen < known;

    private static ObjectKey KeyOf(Target target, string name) =>
        new(target.Cluster, target.Selection.Kind, target.Selection.Namespace, name);

    /// <summary>What is known to belong to a target; without a version while only a watch has told of it.</summary>
    private sealed record Listing(string? ResourceVersion, ImmutableHashSet<ObjectKey> Keys)
    {
        public static readonly Listing NotYet = new(null, []);
    }
}
