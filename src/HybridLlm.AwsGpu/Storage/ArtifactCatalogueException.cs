namespace HybridLlm.AwsGpu.Storage;

/// <summary>An artifact folder does not hold what its catalogue says.</summary>
public sealed class ArtifactCatalogueException : AwsGpuException
{
    internal ArtifactCatalogueException(string folder, IReadOnlyList<string> faults, Exception? cause = null)
        : base(
            $"The artifacts in {folder} cannot be used: {string.Join("; ", faults)}.",
            "Fetch the named files again from upstream, check them against upstream's checksums and correct catalogue.json.",
            cause
        ) => Faults = faults;

    /// <summary>Each fault; never empty.</summary>
    public IReadOnlyList<string> Faults { get; }
}
