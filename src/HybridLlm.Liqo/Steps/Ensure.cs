using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Steps;

/// <summary>Steps towards an object being as wanted.</summary>
internal static class Ensure
{
    /// <summary>The write that is missing for <paramref name="wanted"/> to hold; null when it holds.</summary>
    public static PlannedStep? AsWanted(World world, ObjectKey key, ClusterObject wanted, string purpose)
    {
        if (world.Find(key) is not { } current)
        {
            return new CreateStep(key, wanted, purpose);
        }

        return MergePatch.Between(key.Kind.Write(current), key.Kind.Write(wanted)) is { } patch
            ? new UpdateStep(key, patch, purpose)
            : null;
    }
}
