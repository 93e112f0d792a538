using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>Steps every removal is made of.</summary>
internal static class RemovalSteps
{
    /// <summary>Asks for the deletion of those whose deletion was not asked for yet.</summary>
    public static IEnumerable<PlannedStep> Delete(
        ClusterSide cluster,
        ResourceKind kind,
        IEnumerable<ClusterObject> objects,
        string purpose
    ) => objects.Where(o => !o.IsGoing).Select(o => new DeleteStep(ObjectKey.Of(cluster, kind, o), purpose));

    /// <summary>Names and holders of what is still there.</summary>
    public static string Held(IEnumerable<(ResourceKind Kind, IEnumerable<ClusterObject> Objects)> left) =>
        string.Join(
            "; ",
            left.SelectMany(l => l.Objects.Select(o => $"{l.Kind} {o.Namespace}/{o.Name} is held by {o.Holders}"))
        );

    /// <summary>The objects of a kind that are still there, for <see cref="Held"/>.</summary>
    public static (ResourceKind Kind, IEnumerable<ClusterObject> Objects) Left(
        ResourceKind kind,
        IEnumerable<ClusterObject> objects
    ) => (kind, objects);
}
